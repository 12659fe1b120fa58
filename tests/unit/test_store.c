/* What is kept between two commands: state, processes known again, events read. */
#include "unit/unit.h"
#include "harness/boot.h"
#include "harness/identity.h"
#include "harness/state.h"
#include "harness/store.h"
#include "common/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/test-store.XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    int null = open("/dev/null", O_WRONLY);

    if (null < 0 || dup2(null, STDERR_FILENO) < 0 || !mkdtemp(dir))
        return 1;
    snprintf(path, sizeof(path), "%s/file", dir);
    return 0;
}

static int remove_dir(void **state)
{
    return file_remove_tree(dir);
}

static void a_state_is_read_as_it_was_written(void **state)
{
    struct state kept = {.ip = "192.168.105.7", .mac = "0a:d6:36:c1:ea:f3", .user = "root", .created = 1, .started = 2,
                         .machine = {.pid = 1234, .start = "99-abc"}}, read;
    const char *texts[CONFIG_KEPT] = {[CONFIG_IMAGE] = "tiny", [CONFIG_ENABLE_ISOLATION] = ""};

    assert_int_equal(vm_state_keep(&kept, texts), 0);
    char *text = vm_state_format(&kept);
    assert_int_equal(file_write(path, 0600, text, strlen(text)), 0);
    free(text);
    assert_int_equal(vm_state_read(&read, path), 0);
    assert_string_equal(read.texts[CONFIG_IMAGE], "tiny");
    assert_string_equal(read.texts[CONFIG_ENABLE_ISOLATION], "");
    assert_null(read.texts[CONFIG_CPUS]);
    assert_string_equal(read.ip, "192.168.105.7");
    assert_int_equal(read.machine.pid, 1234);
    assert_string_equal(read.machine.start, "99-abc");
    assert_int_equal(read.helper.pid, 0);
    vm_state_free(&kept);
    vm_state_free(&read);
}

static void a_damaged_state_is_an_empty_one(void **state)
{
    static const char *const damaged[] = {"", "{", "[]", "null", "{\"machine\":{\"pid\":-1}}", "{\"machine\":{\"pid\":1}}",
                                          "{\"machine\":7,\"options\":{\"image\":7},\"ip\":[]}"};

    for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
        struct state read;
        assert_int_equal(file_write(path, 0600, damaged[i], strlen(damaged[i])), 0);
        vm_state_read(&read, path);
        assert_int_equal(read.machine.pid, 0);
        assert_null(read.texts[CONFIG_IMAGE]);
        vm_state_free(&read);
    }
}

static void a_process_is_known_until_it_ends(void **state)
{
    struct identity identity;
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(identity_of(pid, &identity), 0);
    assert_true(identity_is_alive(&identity));
    struct identity other = identity;
    other.start[0] ^= 1;
    assert_false(identity_is_alive(&other));
    kill(pid, SIGKILL);
    waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT);
    /* A zombie runs no more. */
    assert_false(identity_is_alive(&identity));
    waitpid(pid, NULL, 0);
    assert_false(identity_is_alive(&identity));
}

static void nobody_is_not_alive(void **state)
{
    assert_false(identity_is_alive(&(struct identity){0}));
}

static bool address_of(const char *events, char *ip)
{
    assert_int_equal(file_write(path, 0600, events, strlen(events)), 0);
    return boot_address(path, ip);
}

static void the_last_address_counts(void **state)
{
    char ip[IPV4_TEXT_SIZE] = "";

    assert_false(address_of("", ip));
    assert_false(address_of("{\"event\":\"ready\"}\n", ip));
    assert_true(address_of("{\"event\":\"address\",\"address\":\"10.0.0.2\"}\n"
                           "{\"event\":\"address\",\"address\":\"10.0.0.3\"}\n", ip));
    assert_string_equal(ip, "10.0.0.3");
}

static void half_a_line_and_nonsense_are_no_address(void **state)
{
    char ip[IPV4_TEXT_SIZE] = "";

    assert_false(address_of("{\"event\":\"address\",\"address\":\"10.0.0.2\"}", ip));
    assert_false(address_of("{\"event\":\"address\",\"address\":\"-oProxyCommand=x\"}\n", ip));
    assert_false(address_of("{\"event\":\"address\",\"address\":7}\n[]\n\n", ip));
}

static void a_lock_is_for_one(void **state)
{
    struct store store = {.started = 0};
    int first = store_lock(&store, path, "waiting");

    assert_true(first >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(first);
        _exit(store_lock(&store, path, "waiting") < 0);
    }
    /* The other waits until we let go, and then has it. */
    close(first);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_read_as_it_was_written),
        cmocka_unit_test(a_damaged_state_is_an_empty_one),
        cmocka_unit_test(a_process_is_known_until_it_ends),
        cmocka_unit_test(nobody_is_not_alive),
        cmocka_unit_test(the_last_address_counts),
        cmocka_unit_test(half_a_line_and_nonsense_are_no_address),
        cmocka_unit_test(a_lock_is_for_one),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
