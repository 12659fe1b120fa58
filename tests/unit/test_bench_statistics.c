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
        cmocka_unit_test(test_less_may_be_better),
        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
