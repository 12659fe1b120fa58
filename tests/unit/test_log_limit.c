/* Somebody who causes lines without end causes a few. */
#include "common/log_limit.h"
#include "unit/unit.h"

static void so_many_and_no_more(void **state)
{
    struct log_limit limit = {.most = 3};
    unsigned long left_out = 99;

    for (int i = 0; i < 3; i++) {
        assert_true(log_limit_allows(&limit, 1, &left_out));
        assert_int_equal(left_out, 0);
    }
    for (int i = 0; i < 1000; i++)
        assert_false(log_limit_allows(&limit, 1 + i * 0.009, &left_out));
}

static void the_next_line_tells_what_was_left_out(void **state)
{
    struct log_limit limit = {.most = 1};
    unsigned long left_out;

    assert_true(log_limit_allows(&limit, 5, &left_out));
    assert_false(log_limit_allows(&limit, 6, &left_out));
    assert_false(log_limit_allows(&limit, 7, &left_out));
    assert_true(log_limit_allows(&limit, 5 + LOG_LIMIT_SECONDS, &left_out));
    assert_int_equal(left_out, 2);
    assert_true(log_limit_allows(&limit, 5 + 2 * LOG_LIMIT_SECONDS, &left_out));
    assert_int_equal(left_out, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_and_no_more),
        cmocka_unit_test(the_next_line_tells_what_was_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
