/* Statistics and the verdict of `bench compare`. The exact p value is the one of R's example of wilcox.test. */
#include "bench/statistics.h"
#include "bench/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_quantiles(void **state)
{
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};

    assert_float_equal(statistics_median(odd, 3), 2, 0);
    assert_float_equal(statistics_median(even, 4), 2.5, 0);
    assert_float_equal(statistics_quantile(even, 4, 0.25), 1.75, 1e-12);
    assert_float_equal(statistics_quantile(even, 4, 0.99), 3.97, 1e-12);
    assert_float_equal(statistics_quantile(even, 4, 1), 4, 0);
    assert_float_equal(statistics_quantile(one, 1, 0.25), 7, 0);
}

static void test_separate_samples_have_the_smallest_p(void **state)
{
    const double low[] = {1, 2, 3, 4, 5}, high[] = {6, 7, 8, 9, 10};

    assert_float_equal(statistics_mann_whitney(low, 5, high, 5), 2.0 / 252, 1e-12);
    assert_float_equal(statistics_mann_whitney(high, 5, low, 5), 2.0 / 252, 1e-12);
    assert_float_equal(statistics_smallest_p(5, 5), 2.0 / 252, 1e-12);
    assert_float_equal(statistics_smallest_p(1, 1), 1, 1e-12);
}

static void test_exact_p_of_mixed_samples(void **state)
{
    const double a[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double b[] = {1.15, 0.88, 0.90, 0.74, 1.21};

    assert_float_equal(statistics_mann_whitney(a, 10, b, 5), 0.2544122544, 1e-9);
}

static void test_ties_use_the_normal_approximation(void **state)
{
    /* U = 4.5 of 25; variance 25/12 (11 - 30/90); z = (8 - 0.5) / 4.714. */
    const double a[] = {1, 2, 2, 3, 4}, b[] = {2, 3, 5, 6, 7};

    assert_float_equal(statistics_mann_whitney(a, 5, b, 5), 0.1116, 1e-4);
}

static void test_equal_samples_prove_nothing(void **state)
{
    const double a[] = {5, 5, 5, 5, 5};

    assert_float_equal(statistics_mann_whitney(a, 5, a, 5), 1, 0);
    assert_float_equal(statistics_mann_whitney(a, 0, a, 5), 1, 0);
}

static struct comparison compare(double *before, int before_count, double *after, int after_count)
{
    struct comparison comparison;

    verdict_compare(&comparison, before, before_count, after, after_count, true);
    return comparison;
}

static void test_verdicts(void **state)
{
    double low[] = {1.0, 1.1, 1.2, 1.3, 1.4}, high[] = {2.0, 2.1, 2.2, 2.3, 2.4};
    double between[] = {1.05, 1.15, 1.2, 1.25, 1.5};

    assert_int_equal(compare(low, 5, high, 5).verdict, VERDICT_BETTER);
    assert_int_equal(compare(high, 5, low, 5).verdict, VERDICT_WORSE);
    assert_int_equal(compare(low, 5, between, 5).verdict, VERDICT_NOISE);
    assert_int_equal(compare(low, 1, high, 1).verdict, VERDICT_UNKNOWN);
    assert_int_equal(compare(low, 4, high, 4).verdict, VERDICT_UNKNOWN);
    assert_int_equal(compare(low, 5, high, 0).verdict, VERDICT_MISSING);
}

/* Rounds of a build that has not changed: 9.4 Gbit/s with a spread of some percent and, as on real machines, now and
 * then a slow one. Not random from run to run: the test must come out the same each time. */
static void same_build(double *values, int count, uint64_t *seed)
{
    for (int i = 0; i < count; i++) {
        double sum = 0;
        for (int part = 0; part < 12; part++) {
            /* Knuth's MMIX generator (TAOCP 2, 3.3.4). */
            *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            sum += (double)(*seed >> 11) / 9007199254740992.0;
        }
        values[i] = 9.4 * (1 + 0.03 * (sum - 6)) * (*seed >> 60 == 0 ? 0.8 : 1);
    }
}

static void count_verdicts(int rounds, int *noise, int *regressions)
{
    enum { PAIRS = 2000 };
    uint64_t seed = 8;
    double before[30], after[30];

    *noise = *regressions = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
        same_build(before, rounds, &seed);
        same_build(after, rounds, &seed);
        struct comparison result = compare(before, rounds, after, rounds);
        *noise += result.verdict == VERDICT_NOISE;
        *regressions += verdict_is_regression(&result, 0.05, true);
    }
    *noise = *noise * 1000 / PAIRS;
    *regressions = *regressions * 1000 / PAIRS;
}

static void test_two_runs_of_one_build_are_noise(void **state)
{
    const int rounds[] = {5, 7, 10, 30};

    for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
        int noise, regressions; /* of 1000 */
        count_verdicts(rounds[i], &noise, &regressions);
        /* p < 0.01 on both sides together: at most one in a hundred is called a change. */
        assert_in_range(noise, 985, 1000);
        assert_in_range(regressions, 0, 6);
    }
}

static void test_a_change_above_the_noise_is_found(void **state)
{
    double before[10], after[10];
    uint64_t seed = 8;
    int worse = 0;

    for (int pair = 0; pair < 1000; pair++) {
        same_build(before, 10, &seed);
        same_build(after, 10, &seed);
        for (int i = 0; i < 10; i++)
            after[i] *= 0.8;
        worse += compare(before, 10, after, 10).verdict == VERDICT_WORSE;
    }
    assert_in_range(worse, 950, 1000);
}

static void test_less_may_be_better(void **state)
{
    double low[] = {1, 2, 3, 4, 5}, high[] = {6, 7, 8, 9, 10};
    struct comparison comparison;

    verdict_compare(&comparison, low, 5, high, 5, false);
    assert_int_equal(comparison.verdict, VERDICT_WORSE);
    assert_true(verdict_is_regression(&comparison, 0.05, false));
}

static void test_gate(void **state)
{
    double low[] = {1.90, 1.91, 1.92, 1.93, 1.94}, high[] = {2.0, 2.1, 2.2, 2.3, 2.4};
    struct comparison comparison = compare(high, 5, low, 5);

    assert_true(verdict_is_regression(&comparison, 0.05, true));
    assert_false(verdict_is_regression(&comparison, 0.50, true));
    comparison = compare(low, 5, high, 5);
    assert_false(verdict_is_regression(&comparison, 0.05, true));
    /* A single round proves nothing; a gate must not let half the speed pass for it. */
    double two = 2, one = 1;
    comparison = compare(&two, 1, &one, 1);
    assert_true(verdict_is_regression(&comparison, 0.05, true));
    comparison = compare(&two, 1, &one, 0);
    assert_true(verdict_is_regression(&comparison, 0.05, true));
    comparison = compare(&two, 0, &one, 1);
    assert_false(verdict_is_regression(&comparison, 0.05, true));
}

static void test_from_zero(void **state)
{
    double zero = 0, none = 0, one = 1;

    assert_float_equal(compare(&zero, 1, &none, 1).ratio, 1, 0);
    assert_true(isinf(compare(&zero, 1, &one, 1).ratio));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_separate_samples_have_the_smallest_p),
        cmocka_unit_test(test_exact_p_of_mixed_samples),
        cmocka_unit_test(test_ties_use_the_normal_approximation),
        cmocka_unit_test(test_equal_samples_prove_nothing),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_two_runs_of_one_build_are_noise),
        cmocka_unit_test(test_a_change_above_the_noise_is_found),
        cmocka_unit_test(test_less_may_be_better),
        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
