/* state.json: what is written is read again, and what somebody else made of it does no harm. */
#include "unit/unit.h"
#include "harness/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/vmnet-state.XXXXXX";

static int setup(void **state)
{
    int fd = mkstemp(path);

    return fd < 0 || close(fd) < 0;
}

static int teardown(void **state)
{
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void what_is_written_is_read(void **state)
{
    struct state one = {.ip = "192.168.105.2", .user = "me", .created = 1785000000, .helper = {.pid = 7, .start = "9"}};
    struct state two;
    char *text = vm_state_format(&one);

    assert_non_null(text);
    write_file(text);
    assert_int_equal(vm_state_read(&two, path), 0);
    assert_string_equal(two.ip, one.ip);
    assert_string_equal(two.user, one.user);
    assert_int_equal(two.created, one.created);
    assert_int_equal(two.helper.pid, 7);
    assert_string_equal(two.helper.start, "9");
    assert_int_equal(two.machine.pid, 0);
    vm_state_free(&two);
    free(text);
}

static void assert_no_numbers(const char *number)
{
    struct state two;
    char text[200];

    snprintf(text, sizeof(text), "{\"created\":%s,\"started\":%s,\"machine\":{\"pid\":%s}}", number, number, number);
    write_file(text);
    assert_int_equal(vm_state_read(&two, path), 0);
    assert_int_equal(two.created, 0);
    assert_int_equal(two.started, 0);
    assert_int_equal(two.machine.pid, 0);
    vm_state_free(&two);
}

static void numbers_out_of_range_count_as_none(void **state)
{
    assert_no_numbers("1e998");
    assert_no_numbers("-1e998");
    assert_no_numbers("-7");
    assert_no_numbers("1e18");
    assert_no_numbers("\"7\"");
    assert_no_numbers("null");
}

static void no_process_of_everybody_is_read(void **state)
{
    struct state two;

    write_file("{\"machine\":{\"pid\":1},\"helper\":{\"pid\":4294967298}}");
    assert_int_equal(vm_state_read(&two, path), 0);
    assert_int_equal(two.machine.pid, 0);
    assert_int_equal(two.helper.pid, 0);
    vm_state_free(&two);
}

static void what_is_no_json_is_no_state(void **state)
{
    struct state two;

    write_file("{\"ip\":");
    assert_int_equal(vm_state_read(&two, path), 1);
    assert_string_equal(two.ip, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(numbers_out_of_range_count_as_none),
        cmocka_unit_test(no_process_of_everybody_is_read),
        cmocka_unit_test(what_is_no_json_is_no_state),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
