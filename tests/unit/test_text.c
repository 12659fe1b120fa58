#include "common/text.h"
#include "unit/unit.h"

#include <limits.h>
#include <string.h>

static void numbers_are_digits_only(void **state)
{
    static const char *const bad[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "x", "\xd9\xa1", "1\n"};
    unsigned long value = 42;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(text_parse_number(bad[i], 0, ULONG_MAX, &value), -1);
    assert_int_equal(value, 42);
    assert_int_equal(text_parse_number("0", 0, 9, &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(text_parse_number("0000000000000000000000007", 0, 9, &value), 0);
    assert_int_equal(value, 7);
}

static void numbers_do_not_wrap(void **state)
{
    unsigned long value;

    assert_int_equal(text_parse_number("18446744073709551615", 0, ULONG_MAX, &value), 0);
    assert_true(value == ULONG_MAX);
    assert_int_equal(text_parse_number("18446744073709551616", 0, ULONG_MAX, &value), -1);
    assert_int_equal(text_parse_number("99999999999999999999999", 0, ULONG_MAX, &value), -1);
}

static void numbers_have_bounds(void **state)
{
    unsigned long value;

    assert_int_equal(text_parse_number("2", 3, 5, &value), -1);
    assert_int_equal(text_parse_number("3", 3, 5, &value), 0);
    assert_int_equal(text_parse_number("5", 3, 5, &value), 0);
    assert_int_equal(text_parse_number("6", 3, 5, &value), -1);
}

static void check_printable(const char *text, size_t length, const char *expected)
{
    char out[200];

    text_printable(out, sizeof(out), text, length);
    assert_string_equal(out, expected);
}

static void controls_are_escaped(void **state)
{
    check_printable("a\nb\x1b[1m\x7f\0c", 10, "a\\x0ab\\x1b[1m\\x7f\\x00c");
    /* U+009B, a C1 control, drives terminals like ESC [. */
    check_printable("\xc2\x9b", 2, "\\xc2\\x9b");
}

static void utf8_passes_and_what_is_none_is_escaped(void **state)
{
    check_printable("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7", 13,
                    "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \\xf0\\x9f");
    check_printable("\xc0\xaf", 2, "\\xc0\\xaf");         /* overlong */
    check_printable("\xed\xa0\x80", 3, "\\xed\\xa0\\x80"); /* surrogate */
    check_printable("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
    check_printable("\xe2\x82", 2, "\\xe2\\x82"); /* cut short */
}

static void printable_fits_its_room(void **state)
{
    char out[8];

    for (size_t size = 1; size <= sizeof(out); size++) {
        memset(out, '!', sizeof(out));
        text_printable(out, size, "\n\n\n\xe2\x82\xac", 6);
        assert_non_null(memchr(out, '\0', size));
        for (size_t i = size; i < sizeof(out); i++)
            assert_int_equal(out[i], '!');
    }
}

static void copies_are_whole_or_nothing(void **state)
{
    char out[4];

    assert_true(text_copy(out, sizeof(out), "abc"));
    assert_string_equal(out, "abc");
    assert_false(text_copy(out, sizeof(out), "abcd"));
    assert_string_equal(out, "");
    assert_true(text_format(out, sizeof(out), "%d", 123));
    assert_false(text_format(out, sizeof(out), "%d", 1234));
    assert_string_equal(out, "");
}

static void the_nearest_name(void **state)
{
    static const char *const names[] = {"fd", "socket", "enable-tso", NULL};
    char longest[500];

    assert_string_equal(text_nearest("sokcet", names), "socket");
    assert_string_equal(text_nearest("enable-tos", names), "enable-tso");
    assert_string_equal(text_nearest("fdd", names), "fd");
    assert_null(text_nearest("zzzzzz", names));
    assert_null(text_nearest("", names));
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_null(text_nearest(longest, names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_digits_only),
        cmocka_unit_test(numbers_do_not_wrap),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(utf8_passes_and_what_is_none_is_escaped),
        cmocka_unit_test(printable_fits_its_room),
        cmocka_unit_test(copies_are_whole_or_nothing),
        cmocka_unit_test(the_nearest_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
