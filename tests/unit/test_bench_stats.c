/* The [stats] lines of a helper's log. */
#include "bench/stats_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define LINE(time, host, vm)                                                                              \
    "INFO  [stats] {\"time\": \"" time "\", \"host\": {\"packets\": " #host ", \"bytes\": " #host           \
    "00, \"drops\": 0, \"fast\": 1, \"slow\": 0}, \"vm\": {\"packets\": " #vm ", \"bytes\": " #vm                      \
    "000, \"drops\": 1}}\n"

static struct stats_sample *samples;

static void test_times(void **state)
{
    double a, b;

    assert_true(stats_log_time("2026-07-25T01:27:25.664+03:00", &a));
    assert_true(stats_log_time("2026-07-24T22:27:25.164Z", &b));
    assert_float_equal((a - b), 0.5, 1e-4);
    assert_true(stats_log_time("1970-01-01T00:00:01Z", &a));
    assert_float_equal(a, 1, 0);
    assert_false(stats_log_time("2026-13-25T01:27:25Z", &a));
    assert_false(stats_log_time("yesterday", &a));
    assert_false(stats_log_time("2026-07-25T01:27:25", &a));
}

static void test_differences(void **state)
{
    int count = stats_log_parse("INFO  [main] started\n" LINE("2026-07-25T01:00:00Z", 10, 20)
                                LINE("2026-07-25T01:00:02Z", 110, 21), &samples);

    assert_int_equal(count, 1);
    assert_float_equal(samples[0].duration, 2, 0);
    assert_float_equal(samples[0].host.packets, 100, 0);
    assert_float_equal(samples[0].host.bytes, 10000, 0);
    assert_float_equal(samples[0].vm.packets, 1, 0);
    assert_float_equal(samples[0].host.fast, 0, 0);
    assert_float_equal(samples[0].vm.fast, -1, 0);
    free(samples);
}

static void test_steps_that_make_no_sense_are_left_out(void **state)
{
    int count = stats_log_parse(LINE("2026-07-25T01:00:00Z", 10, 20)
                                LINE("2026-07-25T01:00:00Z", 11, 20)   /* no time passed */
                                LINE("2026-07-25T00:00:00Z", 12, 20)   /* the clock was set back */
                                LINE("2026-07-25T00:00:01Z", 1, 2)     /* the helper was started anew */
                                "INFO  [stats] {\"time\": broken\nINFO  [stats] {}\n"
                                LINE("2026-07-25T00:00:02Z", 3, 4), &samples);

    assert_int_equal(count, 1);
    assert_float_equal(samples[0].host.packets, 2, 0);
    free(samples);
}

static void test_no_lines(void **state)
{
    assert_int_equal(stats_log_parse("", &samples), 0);
    free(samples);
    assert_int_equal(stats_log_parse(LINE("2026-07-25T01:00:00Z", 10, 20), &samples), 0);
    free(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_steps_that_make_no_sense_are_left_out),
        cmocka_unit_test(test_no_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
