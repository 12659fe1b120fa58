#include "helper/notify.h"
#include "unit/unit.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];
static struct notify notify;

static int make_pipe(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    if (pipe(ends) < 0)
        return -1;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    notify_init(&notify, ends[1]);
    return 0;
}

static int close_pipe(void **state)
{
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static const char *read_line(void)
{
    static char line[4097];
    ssize_t length = read(ends[0], line, sizeof(line) - 1);

    assert_true(length > 0);
    line[length] = '\0';
    return line;
}

static void each_event_is_a_line_of_json(void **state)
{
    const struct lease lease = {.address = 0xc0a86907, .seconds = 3600};

    notify_ready(&notify);
    assert_string_equal(read_line(), "{\"event\":\"ready\"}\n");
    notify_client(&notify, "/tmp/a\"b");
    assert_string_equal(read_line(), "{\"event\":\"client\",\"path\":\"/tmp/a\\\"b\"}\n");
    notify_client(&notify, NULL);
    assert_string_equal(read_line(), "{\"event\":\"client\"}\n");
    notify_address(&notify, &lease);
    assert_string_equal(read_line(), "{\"event\":\"address\",\"family\":\"ipv4\",\"address\":\"192.168.105.7\","
                                     "\"lease_seconds\":3600}\n");
    notify_client_gone(&notify);
    assert_string_equal(read_line(), "{\"event\":\"client-gone\"}\n");
    notify_stopping(&notify, "signal");
    assert_string_equal(read_line(), "{\"event\":\"stopping\",\"reason\":\"signal\"}\n");
}

static void a_hostile_path_stays_in_its_line(void **state)
{
    char path[109];

    memset(path, '\n', sizeof(path));
    path[108] = '\0';
    notify_client(&notify, path);
    const char *line = read_line();
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

/* Would wait for ever if it waited at all. */
static void a_reader_that_never_reads_is_not_waited_for(void **state)
{
    for (int i = 0; i < 10000; i++)
        notify_ready(&notify);
    assert_non_null(strstr(read_line(), "{\"event\":\"ready\"}\n"));
}

static void a_reader_that_is_gone_does_not_matter(void **state)
{
    close(ends[0]);
    notify_ready(&notify);
    notify_ready(&notify);
    ends[0] = dup(ends[1]);
}

static void nobody_listens(void **state)
{
    notify_init(&notify, -1);
    notify_ready(&notify);
    notify_client(&notify, "x");
}

static void a_stream_socket_will_do(void **state)
{
    int pair[2];
    char text[64] = "";

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    notify_init(&notify, pair[1]);
    notify_ready(&notify);
    assert_true(read(pair[0], text, sizeof(text) - 1) > 0);
    assert_string_equal(text, "{\"event\":\"ready\"}\n");
    for (int i = 0; i < 100000; i++)
        notify_ready(&notify);
    close(pair[0]);
    notify_ready(&notify);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_event_is_a_line_of_json, make_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(a_hostile_path_stays_in_its_line, make_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(a_reader_that_never_reads_is_not_waited_for, make_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(a_reader_that_is_gone_does_not_matter, make_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(nobody_listens, make_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(a_stream_socket_will_do, make_pipe, close_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
