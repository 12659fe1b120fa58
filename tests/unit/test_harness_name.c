/* Names become file names, host names and parts of command lines. */
#include "unit/unit.h"
#include "harness/name.h"

#include <string.h>

static void good_names_are_taken(void **state)
{
    char longest[NAME_SIZE];

    memset(longest, 'a', NAME_SIZE - 1);
    longest[NAME_SIZE - 1] = '\0';
    assert_true(name_is_good("demo"));
    assert_true(name_is_good("7"));
    assert_true(name_is_good("a.b-c_d"));
    assert_true(name_is_good(longest));
}

static void bad_names_are_not(void **state)
{
    static const char *const bad[] = {"", ".", "..", "../x", "/etc", "a/b", "-a", ".a", "_a", "a b", "a\n", "a\"", "\xc3\xa4"};
    char too_long[NAME_SIZE + 1];

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(name_is_good(bad[i]));
    memset(too_long, 'a', NAME_SIZE);
    too_long[NAME_SIZE] = '\0';
    assert_false(name_is_good(too_long));
}

static void a_host_name_has_letters_digits_and_hyphens(void **state)
{
    char host[NAME_SIZE];

    name_to_host("demo", host);
    assert_string_equal(host, "demo");
    name_to_host("a.b_c", host);
    assert_string_equal(host, "a-b-c");
    name_to_host("x-.", host);
    assert_string_equal(host, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_names_are_taken),
        cmocka_unit_test(bad_names_are_not),
        cmocka_unit_test(a_host_name_has_letters_digits_and_hyphens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
