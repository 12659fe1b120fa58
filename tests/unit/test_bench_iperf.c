/* The reader of iperf3's JSON. */
#include "bench/iperf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
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
