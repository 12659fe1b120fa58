/* The histogram of round trips: where its buckets begin, its quantiles, and what is stored of it. */
#include "bench/histogram.h"
#include "bench/round_trips.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_buckets_are_no_wider_than_a_64th(void **state)
{
    assert_int_equal(histogram_bucket_start(0), 0);
    assert_int_equal(histogram_bucket_start(127), 127);
    assert_int_equal(histogram_bucket_start(128), 128);
    assert_int_equal(histogram_bucket_start(129), 130);
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t start = histogram_bucket_start(i), next = histogram_bucket_start(i + 1);
        assert_true(next > start);
        assert_true(next - start == 1 || (next - start) * 64 <= start);
    }
    assert_true(histogram_bucket_start(HISTOGRAM_BUCKETS) == UINT64_C(1) << (HISTOGRAM_LARGEST_BIT + 1));
}

static void test_each_value_is_in_its_bucket(void **state)
{
    for (uint64_t value = 1; value < UINT64_C(1) << 40; value = value * 3 + 1) {
        struct histogram histogram = {0};
        unsigned used = 0;
        histogram_add(&histogram, value);
        while (!histogram.buckets[used])
            used++;
        assert_true(histogram_bucket_start(used) <= value && value < histogram_bucket_start(used + 1));
        assert_int_equal(histogram_quantile(&histogram, 0.5), value);
    }
}

static void test_quantiles_of_a_thousand(void **state)
{
    struct histogram histogram = {0};

    for (unsigned i = 1000; i; i--)
        histogram_add(&histogram, i * 1000);
    const double quantiles[] = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
        double exact = quantiles[i] * 1e6, told = (double)histogram_quantile(&histogram, quantiles[i]);
        assert_true(told >= exact * 0.999999 && told <= exact * 65 / 64);
    }
    assert_int_equal(histogram.min, 1000);
    assert_int_equal(histogram_quantile(&histogram, 1), 1000000);
}

static void test_a_slow_one_in_a_hundred_is_seen(void **state)
{
    struct histogram histogram = {0};

    for (int i = 0; i < 98; i++)
        histogram_add(&histogram, 20000);
    histogram_add(&histogram, 5000000);
    histogram_add(&histogram, 9000000);
    assert_in_range(histogram_quantile(&histogram, 0.5), 20000, 20312);
    assert_in_range(histogram_quantile(&histogram, 0.98), 20000, 20312);
    assert_in_range(histogram_quantile(&histogram, 0.99), 5000000, 5078125);
    assert_int_equal(histogram_quantile(&histogram, 0.999), 9000000);
}

static void test_empty_and_endless(void **state)
{
    struct histogram histogram = {0};

    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
    histogram_add(&histogram, UINT64_MAX);
    assert_true(histogram_quantile(&histogram, 0.5) == (UINT64_C(1) << 40) - 1);
    assert_int_equal(histogram.count, 1);
}

static double number(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    assert_true(cJSON_IsNumber(value));
    return value->valuedouble;
}

static void test_what_is_stored(void **state)
{
    struct round_trips trips = {.lost = 3};
    double sum = 0;

    for (unsigned i = 1; i <= 100; i++)
        histogram_add(&trips.times, i * 1000);
    char *text = round_trips_json(&trips);
    cJSON *root = cJSON_Parse(text);
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(root, "bench"), *pair;
    const cJSON *times = cJSON_GetObjectItemCaseSensitive(content, "round_trip_us");
    assert_float_equal(number(times, "p50"), 50, 50.0 / 64);
    assert_float_equal(number(times, "p99"), 99, 99.0 / 64);
    assert_float_equal(number(times, "min"), 1, 0);
    assert_float_equal(number(times, "max"), 100, 0);
    assert_float_equal(number(content, "lost"), 3, 0);
    cJSON_ArrayForEach(pair, cJSON_GetObjectItemCaseSensitive(content, "histogram_ns"))
        sum += cJSON_GetArrayItem(pair, 1)->valuedouble;
    assert_float_equal(sum, 100, 0);
    cJSON_Delete(root);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_are_no_wider_than_a_64th),
        cmocka_unit_test(test_each_value_is_in_its_bucket),
        cmocka_unit_test(test_quantiles_of_a_thousand),
        cmocka_unit_test(test_a_slow_one_in_a_hundred_is_seen),
        cmocka_unit_test(test_empty_and_endless),
        cmocka_unit_test(test_what_is_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
