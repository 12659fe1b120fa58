/* What is accepted, and that nothing else is. The messages are in tests/cli/helper.bats. */
#include "helper/options.h"
#include "unit/unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct options options;

#define PARSE(...) parse((char *[]){(char[]){"vmnet-helper"}, __VA_ARGS__, NULL})
#define W(text) ((char[]){text})

static int parse(char **argv)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    return options_parse(&options, argc, argv);
}

static int quiet(void **state)
{
    /* The reasons that it logs belong to another test. */
    int null = open("/dev/null", O_WRONLY);

    return null < 0 || dup2(null, STDERR_FILENO) < 0;
}

static void values_come_in_every_form(void **state)
{
    assert_int_equal(PARSE(W("--fd"), W("7")), 0);
    assert_int_equal(options.fd, 7);
    assert_int_equal(PARSE(W("--fd=8")), 0);
    assert_int_equal(options.fd, 8);
    assert_int_equal(PARSE(W("-f"), W("9")), 0);
    assert_int_equal(options.fd, 9);
    assert_int_equal(PARSE(W("-f10")), 0);
    assert_int_equal(options.fd, 10);
    assert_int_equal(PARSE(W("-vf11")), 0);
    assert_int_equal(options.fd, 11);
    assert_true(options.verbose);
    assert_int_equal(PARSE(W("-vs"), W("/tmp/x=y")), 0);
    assert_string_equal(options.socket_path, "/tmp/x=y");
    assert_int_equal(PARSE(W("--socket=/tmp/x=y")), 0);
    assert_string_equal(options.socket_path, "/tmp/x=y");
}

static void defaults(void **state)
{
    assert_int_equal(PARSE(W("--fd"), W("3")), 0);
    assert_int_equal(options.action, ACTION_RUN);
    assert_int_equal(options.interface.mode, MODE_SHARED);
    assert_null(options.socket_path);
    assert_null(options.user);
    assert_int_equal(options.notify_fd, -1);
    assert_int_equal(options.parent_liveness_fd, -1);
    assert_int_equal(options.stats_interval, 0);
    assert_int_equal(options.engine, ENGINE_AUTO);
    assert_false(options.keep || options.verbose);
    assert_false(options.interface.tso || options.interface.checksum_offload || options.interface.isolation);
    assert_false(options.interface.has_addresses);
}

static void an_id_is_random_unless_given(void **state)
{
    uint8_t first[ID_SIZE];
    char text[ID_TEXT_SIZE];

    assert_int_equal(PARSE(W("--fd"), W("3")), 0);
    memcpy(first, options.interface.id, ID_SIZE);
    assert_int_equal(PARSE(W("--fd"), W("3")), 0);
    assert_memory_not_equal(first, options.interface.id, ID_SIZE);
    assert_int_equal(PARSE(W("--fd"), W("3"), W("-i"), W("2835e074-9892-4a79-affb-7e41d2605678")), 0);
    assert_string_equal(id_format(options.interface.id, text), "2835E074-9892-4A79-AFFB-7E41D2605678");
}

/* As anylinuxfs starts us: mixed forms, a small subnet. */
static void addresses(void **state)
{
    assert_int_equal(PARSE(W("--socket"), W("/tmp/s"), W("--enable-tso"), W("--enable-checksum-offload"),
                           W("--start-address=172.27.1.1"), W("--end-address=172.27.1.2"),
                           W("--subnet-mask=255.255.255.252"), W("--operation-mode=shared")), 0);
    assert_true(options.interface.has_addresses);
    assert_int_equal(options.interface.start_address, 0xac1b0101);
    assert_int_equal(options.interface.end_address, 0xac1b0102);
    assert_int_equal(options.interface.subnet_mask, 0xfffffffc);
    assert_true(options.interface.tso && options.interface.checksum_offload);
}

static void every_other_option(void **state)
{
    assert_int_equal(PARSE(W("--enable-isolation"), W("--stats-interval=5"), W("--parent-liveness-fd"), W("4"),
                           W("--notify-fd=5"), W("--keep"), W("--user"), W("someone"), W("--offload-engine"), W("off"),
                           W("--operation-mode"), W("bridged"), W("--shared-interface"), W("br0"), W("-v"),
                           W("--socket"), W("/tmp/s")), 0);
    assert_true(options.interface.isolation && options.keep && options.verbose);
    assert_int_equal(options.stats_interval, 5);
    assert_int_equal(options.parent_liveness_fd, 4);
    assert_int_equal(options.notify_fd, 5);
    assert_string_equal(options.user, "someone");
    assert_int_equal(options.engine, ENGINE_OFF);
    assert_int_equal(options.interface.mode, MODE_BRIDGED);
    assert_string_equal(options.interface.shared_interface, "br0");
}

static void what_only_prints_needs_nothing_else(void **state)
{
    assert_int_equal(PARSE(W("--version")), 0);
    assert_int_equal(options.action, ACTION_VERSION);
    assert_int_equal(PARSE(W("--list-shared-interfaces")), 0);
    assert_int_equal(options.action, ACTION_LIST);
    assert_int_equal(PARSE(W("--cleanup")), 0);
    assert_int_equal(options.action, ACTION_CLEANUP);
    assert_int_equal(PARSE(W("--version"), W("-h")), 0);
    assert_int_equal(options.action, ACTION_HELP);
}

static void no_prefix_of_an_option_is_an_option(void **state)
{
    static const char *const names[] = {"--fd", "--socket", "--interface-id", "--enable-tso", "--version", "--help"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        for (size_t length = 2; length < strlen(names[i]); length++) {
            char name[32] = "";
            memcpy(name, names[i], length);
            assert_int_equal(PARSE(name, W("3")), -1);
        }
}

static void an_interface_name_that_does_not_fit(void **state)
{
    char name[INTERFACE_NAME_SIZE + 1];

    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(PARSE(W("--fd=3"), W("--operation-mode=bridged"), W("--shared-interface"), name), -1);
    name[sizeof(name) - 2] = '\0';
    assert_int_equal(PARSE(W("--fd=3"), W("--operation-mode=bridged"), W("--shared-interface"), name), 0);
}

/* Random words of the option language: nothing crashes, and what is accepted holds the promises. */
static void hostile_command_lines(void **state)
{
    static const char *const words[] = {
        "--fd", "--fd=", "--fd=3", "-f", "-f4", "--socket", "/tmp/s", "--socket=/tmp/s", "-s", "--", "-", "", "--keep",
        "-v", "-vvvv", "-vf", "3", "--start-address=10.0.0.1", "--end-address", "10.0.0.9", "%s%n", "-i", "--=", "--=x",
        "--subnet-mask=255.255.255.0", "--operation-mode", "bridged", "--shared-interface=\xff\n",
        "--stats-interval=99999999999999999999",
    };
    enum { COUNT = sizeof(words) / sizeof(words[0]) };
    unsigned random = 1;

    for (int round = 0; round < 20000; round++) {
        char copies[6][64];
        char *argv[8] = {(char[]){"vmnet-helper"}};
        int argc = 1;
        for (int i = 0; i < 6; i++) {
            random = random * 1103515245 + 12345;
            if (i && random >> 29 == 0)
                break;
            strcpy(copies[i], words[(random >> 8) % COUNT]);
            argv[argc++] = copies[i];
        }
        argv[argc] = NULL;
        if (options_parse(&options, argc, argv) == 0) {
            assert_true((options.fd >= 3) != (options.socket_path != NULL));
            assert_true(options.interface.mode != MODE_BRIDGED || options.interface.shared_interface[0]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_every_form),
        cmocka_unit_test(defaults),
        cmocka_unit_test(an_id_is_random_unless_given),
        cmocka_unit_test(addresses),
        cmocka_unit_test(every_other_option),
        cmocka_unit_test(what_only_prints_needs_nothing_else),
        cmocka_unit_test(no_prefix_of_an_option_is_an_option),
        cmocka_unit_test(an_interface_name_that_does_not_fit),
        cmocka_unit_test(hostile_command_lines),
    };

    return cmocka_run_group_tests_name("options", tests, quiet, NULL);
}
