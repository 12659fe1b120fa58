/* The words of a network's command: what stands for its places becomes part of a word, and nothing else. */
#include "bench/benchmark_networks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct benchmark_network network_of(const char *word)
{
    struct benchmark_network network = {.vm_address = "10.0.0.2", .host_address = "10.0.0.1", .word_count = 1};

    snprintf(network.command[0], sizeof(network.command[0]), "%s", word);
    return network;
}

static void check(const char *word, const char *expected)
{
    const struct benchmark_network_places places = {.fd = "3", .socket = "/tmp/a b/{fd}", .port = "5201", .udp_port = "5299"};
    struct benchmark_network network = network_of(word);
    char out[100];

    assert_true(benchmark_network_word(&network, 0, &places, out, sizeof(out)));
    assert_string_equal(out, expected);
}

static void test_places(void **state)
{
    check("{fd}", "3");
    check("unix://{socket}", "unix:///tmp/a b/{fd}");
    check("{vm-address}/{host-address}", "10.0.0.2/10.0.0.1");
    check("{port},{udp-port}!", "5201,5299!");
    check("plain", "plain");
}

static void test_text_stays_text(void **state)
{
    check("$(id) `id` ; | %s \\ \"", "$(id) `id` ; | %s \\ \"");
    check("{", "{");
    check("}{", "}{");
}

static void test_what_does_not_fit_is_refused(void **state)
{
    const struct benchmark_network_places places = {.fd = "3", .socket = "/a/very/long/path/to/a/socket", .port = "", .udp_port = ""};
    struct benchmark_network network = network_of("{socket}{socket}");
    char out[40];

    assert_false(benchmark_network_word(&network, 0, &places, out, sizeof(out)));
    network = network_of("--listen={socket}-and-more");
    assert_false(benchmark_network_word(&network, 0, &places, out, sizeof(out)));
}

static void test_fd_or_path(void **state)
{
    struct benchmark_network network = network_of("--fd={fd}");

    assert_true(benchmark_network_uses_fd(&network));
    network = network_of("{socket}");
    assert_false(benchmark_network_uses_fd(&network));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_text_stays_text),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_fd_or_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
