/* The command line that a benchmark makes of iperf3's client, and the search for the highest clean rate. */
#include "bench/iperf_client.h"
#include "bench/rate_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const struct iperf_order *order, const char *expected)
{
    struct iperf_client client;
    char line[512] = "";

    iperf_client_build(&client, order);
    for (int i = 0; client.argv[i]; i++) {
        strcat(line, i ? " " : "");
        strcat(line, client.argv[i]);
    }
    assert_string_equal(line, expected);
}

static struct iperf_order order_of(const struct benchmark *benchmark)
{
    struct iperf_order order = {.address = "192.168.105.2", .port = 5201};

    iperf_order_set(&order, benchmark);
    return order;
}

static void test_defaults(void **state)
{
    struct benchmark benchmark = {.time = 10, .parallel = 1};
    struct iperf_order order = order_of(&benchmark);

    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 10 --json");
    order.reverse = true;
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 10 --json --reverse");
}

static void test_each_key(void **state)
{
    struct benchmark parallel = {.time = 1, .parallel = 4}, omit = {.time = 1, .omit = 2};
    struct benchmark bidir = {.time = 1, .bidir = true};
    struct benchmark length = {.time = 1, .length = "64k"}, udp = {.time = 1, .udp = true, .bitrate = "1.5G"};
    struct iperf_order order = order_of(&parallel);

    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --parallel 4");
    order = order_of(&omit);
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --omit 2");
    order = order_of(&bidir);
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --bidir");
    order.reverse = true; /* both ways are one way and the other: iperf3 refuses the two together */
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --bidir");
    order = order_of(&length);
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --length 64k");
    order = order_of(&udp);
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --udp --bitrate 1.5G");
}

static void test_all_keys_within_a_guest(void **state)
{
    struct benchmark benchmark = {.time = 30, .parallel = 128, .omit = 60, .bidir = true, .length = "128k"};
    struct iperf_order order = order_of(&benchmark);
    const char *const within[] = {"vmnet-harness", "vm", "exec", "bench-qemu-host-2", "--"};

    memcpy(order.prefix, within, sizeof(within));
    order.flush = true;
    check(&order, "vmnet-harness vm exec bench-qemu-host-2 -- iperf3 -c 192.168.105.2 -p 5201 --time 30 --json --omit 60 "
                  "--length 128k --parallel 128 --bidir --forceflush");
}

static void test_frames_of_64_bytes(void **state)
{
    struct benchmark benchmark = {.time = 1, .parallel = 4, .bidir = true, .length = "128k"};
    struct iperf_order order = order_of(&benchmark);

    iperf_order_set_frames(&order);
    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --length 18 --udp --bitrate 0");
}

static void test_search_leaves_the_bitrate_to_itself(void **state)
{
    struct benchmark benchmark = {.time = 1, .udp = true, .search = true, .bitrate = "search"};
    struct iperf_order order = order_of(&benchmark);

    check(&order, "iperf3 -c 192.168.105.2 -p 5201 --time 1 --json --udp");
}

/* A network that loses what is over its capacity, and a sender that has a limit. */
struct network {
    double capacity, sender;
    int runs;
    int fail_at; /* the run that fails; 0: none */
};

static char *measure(void *context, const char *bitrate, char *reason, size_t size)
{
    struct network *network = context;
    double asked = strtod(bitrate, NULL), sent = asked > network->sender ? network->sender : asked;
    double received = sent > network->capacity ? network->capacity : sent;
    char *text = malloc(400);

    if (++network->runs == network->fail_at) {
        snprintf(reason, size, "no route");
        free(text);
        return NULL;
    }
    snprintf(text, 400, "{\"end\": {\"sum_sent\": {\"bits_per_second\": %.0f}, \"sum_received\": {\"bits_per_second\": %.0f, "
                        "\"lost_packets\": %.0f, \"packets\": %.0f}}}",
             sent, received, (sent - received) / 10000, sent / 10000);
    return text;
}

static double search(struct network network, int *runs)
{
    char reason[100] = "";
    cJSON *steps = cJSON_CreateArray();
    char *report = rate_search_run(measure, &network, steps, reason, sizeof(reason));
    double found = -1;

    if (report)
        found = strtod(strstr(report, "sum_received\": {\"bits_per_second\": ") + 34, NULL);
    if (!network.fail_at)
        assert_int_equal(cJSON_GetArraySize(steps), network.runs);
    assert_true(report || *reason);
    *runs = network.runs;
    cJSON_Delete(steps);
    free(report);
    return found;
}

static void test_search_finds_the_capacity(void **state)
{
    const double capacities[] = {5e6, 99e6, 1e9, 1.7e9, 23.4e9, 300e9};
    int runs;

    for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
        double found = search((struct network){.capacity = capacities[i], .sender = 1e15}, &runs);
        assert_true(found <= capacities[i] && found >= capacities[i] / 1.031);
        assert_in_range(runs, 1, RATE_SEARCH_RUNS);
    }
}

static void test_search_ends_where_the_sender_does(void **state)
{
    int runs;

    assert_float_equal(search((struct network){.capacity = 1e15, .sender = 3.1e9}, &runs), 3.1e9, 1);
    assert_int_equal(runs, 3);
    /* A sender that is fast enough to lose: the capacity is still found. */
    double found = search((struct network){.capacity = 2.5e9, .sender = 3.1e9}, &runs);
    assert_true(found <= 2.5e9 && found >= 2.5e9 / 1.031);
}

static void test_search_that_finds_nothing_ends(void **state)
{
    int runs;

    assert_float_equal(search((struct network){.capacity = 0, .sender = 1e15}, &runs), -1, 0);
    assert_in_range(runs, 1, RATE_SEARCH_RUNS);
    assert_float_equal(search((struct network){.capacity = 1e9, .sender = 1e15, .fail_at = 3}, &runs), -1, 0);
    assert_int_equal(runs, 3);
}

static void test_search_always_ends(void **state)
{
    uint64_t seed = 1;

    for (int i = 0; i < 1000; i++) {
        struct rate_search search_state;
        rate_search_start(&search_state);
        while (!search_state.done) {
            assert_in_range(search_state.runs, 0, RATE_SEARCH_RUNS - 1);
            assert_true(search_state.next > 0);
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            rate_search_tell(&search_state, search_state.next * (double)(seed >> 40) / 16777216.0, seed >> 63);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_each_key),
        cmocka_unit_test(test_all_keys_within_a_guest),
        cmocka_unit_test(test_frames_of_64_bytes),
        cmocka_unit_test(test_search_leaves_the_bitrate_to_itself),
        cmocka_unit_test(test_search_finds_the_capacity),
        cmocka_unit_test(test_search_ends_where_the_sender_does),
        cmocka_unit_test(test_search_that_finds_nothing_ends),
        cmocka_unit_test(test_search_always_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
