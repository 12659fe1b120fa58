/* The reader of iperf3's JSON. */
#include "bench/iperf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct iperf_result result;
static char reason[200];

static int parse(const char *text)
{
    return iperf_parse(&result, text, strlen(text), reason, sizeof(reason));
}

static void assert_refused(const char *text, const char *expected)
{
    assert_int_equal(parse(text), -1);
    if (!strstr(reason, expected))
        fail_msg("\"%s\" does not tell \"%s\"", reason, expected);
}

/* Versions whose reports are known to differ, in the forms that they have: what was received stands alone (UDP before
 * 3.10), without "sender" (before 3.6), with times in milliseconds (3.18), with gso and reorder (3.19, 3.20). */
static const char *const versions[] = {
    "iperf 3.1", "iperf 3.1.3", "iperf 3.2", "iperf 3.3", "iperf 3.4", "iperf 3.5", "iperf 3.6", "iperf 3.7", "iperf 3.8.1",
    "iperf 3.8.1 -  -- Apple version iperf3-117", "iperf 3.8.1 -  -- Apple version iperf3-117.100.3", "iperf 3.9",
    "iperf 3.10.1", "iperf 3.11", "iperf 3.12", "iperf 3.13", "iperf 3.14", "iperf 3.15", "iperf 3.16", "iperf 3.17.1",
    "iperf 3.18", "iperf 3.19.1", "iperf 3.20", "iperf 3.21"};

enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

#define START(protocol, more) \
    "{\"start\": {\"connected\": [{\"socket\": 5, \"local_host\": \"::1\"}], \"version\": \"%s\", \"system_info\": \"Linux\"," \
    " \"timestamp\": {\"time\": \"x\", \"timesecs\": 1" more "}, \"cookie\": \"c\", \"tcp_mss_default\": 1448," \
    " \"test_start\": {\"protocol\": \"" protocol "\", \"num_streams\": 1, \"blksize\": 131072, \"reverse\": 0}}," \
    " \"intervals\": [{\"streams\": [], \"sum\": {\"seconds\": 1, \"bits_per_second\": 8000, \"omitted\": false}}],"
#define CPU " \"cpu_utilization_percent\": {\"host_total\": 10, \"host_user\": 1, \"remote_total\": 20}}}"

static const struct {
    const char *text;
    double bits, packets, lost;
} forms[] = {
    {START("TCP", "") " \"end\": {\"streams\": [{\"sender\": {\"retransmits\": 3}, \"receiver\": {}}],"
     " \"sum_sent\": {\"seconds\": 1, \"bytes\": 1100, \"bits_per_second\": 8800, \"retransmits\": 3},"
     " \"sum_received\": {\"seconds\": 1, \"bytes\": 1000, \"bits_per_second\": 8000}," CPU, 8000, -1, -1},
    {START("TCP", ", \"timemillisecs\": 1000") " \"end\": {\"streams\": [{\"sender\": {\"retransmits\": 3, \"reorder\": 0}}],"
     " \"sum_sent\": {\"seconds\": 1, \"bytes\": 1100, \"bits_per_second\": 8800, \"retransmits\": 3, \"sender\": true},"
     " \"sum_received\": {\"seconds\": 1, \"bytes\": 1000, \"bits_per_second\": 8000, \"sender\": true},"
     " \"sender_tcp_congestion\": \"cubic\"," CPU, 8000, -1, -1},
    {START("UDP", "") " \"end\": {\"streams\": [{\"udp\": {\"packets\": 10}}], \"sum\": {\"seconds\": 1, \"bytes\": 1250,"
     " \"bits_per_second\": 10000, \"jitter_ms\": 0.1, \"lost_packets\": 2, \"packets\": 10, \"lost_percent\": 20}," CPU,
     8000, 10, 2},
    {START("UDP", "") " \"end\": {\"streams\": [{\"udp\": {\"packets\": 10}}],"
     " \"sum\": {\"seconds\": 1, \"bytes\": 1250, \"bits_per_second\": 10000, \"packets\": 10, \"lost_packets\": 2, \"lost_percent\": 20},"
     " \"sum_sent\": {\"seconds\": 1, \"bytes\": 1250, \"bits_per_second\": 10000, \"packets\": 10, \"lost_packets\": 0},"
     " \"sum_received\": {\"seconds\": 1, \"bytes\": 1000, \"bits_per_second\": 8000, \"packets\": 10, \"lost_packets\": 2,"
     " \"lost_percent\": 20}," CPU, 8000, 10, 2},
};

static void test_versions(void **state)
{
    char text[4096];

    for (int v = 0; v < VERSIONS; v++)
        for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(text, sizeof(text), forms[f].text, versions[v]);
#pragma GCC diagnostic pop
            if (parse(text) < 0)
                fail_msg("%s, form %zu: %s", versions[v], f, reason);
            assert_float_equal(result.bits_per_second, forms[f].bits, 1e-6);
            assert_float_equal(result.packets, forms[f].packets, 0);
            assert_float_equal(result.lost_packets, forms[f].lost, 0);
            assert_float_equal(result.interval_median, 8000, 0);
            assert_float_equal(result.host_cpu, 10, 0);
            assert_string_equal(result.version, versions[v]);
        }
}

/* More intervals than anybody has, and a file of megabytes. */
static void test_a_huge_report(void **state)
{
    enum { INTERVALS = 20000 };
    static const char interval[] = "{\"sum\": {\"bits_per_second\": 5}, \"streams\": [{\"socket\": 5, \"rtt\": 1}]},";
    char *text = malloc(INTERVALS * sizeof(interval) + 200), *at = text;

    at += sprintf(at, "{\"intervals\": [");
    for (int i = 0; i < INTERVALS; i++)
        at += sprintf(at, "%s", interval);
    sprintf(at - 1, "], \"end\": {\"sum_received\": {\"bits_per_second\": 5}}}");
    assert_int_equal(parse(text), 0);
    assert_float_equal(result.interval_median, 5, 0);
    free(text);
}

static void test_received_bits_count(void **state)
{
    assert_int_equal(parse("{\"start\": {\"version\": \"iperf 3.8.1 -  -- Apple version iperf3-117\"},"
                           " \"end\": {\"sum_sent\": {\"bits_per_second\": 9, \"retransmits\": 7},"
                           " \"sum_received\": {\"bits_per_second\": 2.5e9, \"bytes\": 1000, \"seconds\": 3},"
                           " \"cpu_utilization_percent\": {\"host_total\": 12.5, \"remote_total\": 50}}}"), 0);
    assert_float_equal(result.bits_per_second, 2.5e9, 0);
    assert_float_equal(result.bytes, 1000, 0);
    assert_float_equal(result.retransmits, 7, 0);
    assert_float_equal(result.host_cpu, 12.5, 0);
    assert_string_equal(result.version, "iperf 3.8.1 -  -- Apple version iperf3-117");
}

static void test_what_is_not_told_is_minus_one(void **state)
{
    assert_int_equal(parse("{\"end\": {\"sum_received\": {\"bits_per_second\": 1}}}"), 0);
    assert_float_equal(result.retransmits, -1, 0);
    assert_float_equal(result.host_cpu, -1, 0);
    assert_float_equal(result.interval_median, -1, 0);
    assert_string_equal(result.version, "");
}

static void test_zero_is_a_result(void **state)
{
    assert_int_equal(parse("{\"end\": {\"sum_received\": {\"bits_per_second\": 0}}}"), 0);
    assert_float_equal(result.bits_per_second, 0, 0);
}

static void test_median_of_intervals_without_omitted(void **state)
{
    assert_int_equal(parse("{\"intervals\": [{\"sum\": {\"bits_per_second\": 100, \"omitted\": true}},"
                           " {\"sum\": {\"bits_per_second\": 3}}, {\"sum\": {\"bits_per_second\": 1}},"
                           " {\"sum\": {\"bits_per_second\": 2}}, 7, {\"sum\": {\"bits_per_second\": \"x\"}}],"
                           " \"end\": {\"sum_received\": {\"bits_per_second\": 1}}}"), 0);
    assert_float_equal(result.interval_median, 2, 0);
}

static void test_old_udp_report_counts_loss(void **state)
{
    assert_int_equal(parse("{\"start\": {\"test_start\": {\"protocol\": \"UDP\"}},"
                           " \"end\": {\"sum\": {\"bits_per_second\": 100, \"lost_percent\": 25}}}"), 0);
    assert_true(result.udp);
    assert_float_equal(result.bits_per_second, 75, 1e-9);
}

static void test_both_directions_are_added(void **state)
{
    assert_int_equal(parse("{\"end\": {\"sum_received\": {\"bits_per_second\": 3},"
                           " \"sum_received_bidir_reverse\": {\"bits_per_second\": 4}}}"), 0);
    assert_float_equal(result.bits_per_second, 7, 0);
}

static void test_error_of_iperf3_is_noticed(void **state)
{
    assert_refused("{\"end\": {}, \"error\": \"unable to connect to server: Connection refused\"}",
                   "unable to connect to server");
}

static void test_error_cannot_drive_a_terminal(void **state)
{
    assert_refused("{\"error\": \"\\u001b[2J\"}", "\\x1b[2J");
}

static void test_damage_is_refused(void **state)
{
    assert_refused("", "empty");
    assert_refused("{\"end\": {\"sum_rec", "not JSON");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": 1}}} {}", "not JSON");
    assert_refused("[]", "no iperf3 report");
    assert_refused("{\"end\": 3}", "\"end\" is no object");
    assert_refused("{\"end\": {}}", "not finished");
    assert_refused("{\"end\": {\"sum_received\": []}}", "not one good number");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": \"1\"}}}", "not one good number");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": -1}}}", "not one good number");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": 1e999}}}", "not one good number");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": 1e300}}}", "not one good number");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": nan}}}", "not JSON");
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": NaN}}}", "not JSON");
}

static void test_a_key_twice_is_refused(void **state)
{
    assert_refused("{\"end\": {\"sum_received\": {\"bits_per_second\": 1, \"bits_per_second\": 2}}}", "not one good");
    assert_refused("{\"end\": {\"sum_received\": {}, \"sum_received\": {}}}", "twice");
    assert_refused("{\"end\": {}, \"end\": {}}", "twice");
}

static void test_a_nul_inside_is_refused(void **state)
{
    static const char text[] = "{}\0{}";

    assert_int_equal(iperf_parse(&result, text, sizeof(text) - 1, reason, sizeof(reason)), -1);
}

static void test_deep_nesting_is_refused(void **state)
{
    enum { DEPTH = 200000 };
    char *text = malloc(DEPTH + 1);

    memset(text, '[', DEPTH);
    text[DEPTH] = '\0';
    assert_refused(text, "not JSON");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_a_huge_report),
        cmocka_unit_test(test_received_bits_count),
        cmocka_unit_test(test_what_is_not_told_is_minus_one),
        cmocka_unit_test(test_zero_is_a_result),
        cmocka_unit_test(test_median_of_intervals_without_omitted),
        cmocka_unit_test(test_old_udp_report_counts_loss),
        cmocka_unit_test(test_both_directions_are_added),
        cmocka_unit_test(test_error_of_iperf3_is_noticed),
        cmocka_unit_test(test_error_cannot_drive_a_terminal),
        cmocka_unit_test(test_damage_is_refused),
        cmocka_unit_test(test_a_key_twice_is_refused),
        cmocka_unit_test(test_a_nul_inside_is_refused),
        cmocka_unit_test(test_deep_nesting_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
