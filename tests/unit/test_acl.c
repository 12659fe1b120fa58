/* The rules of bridge.conf, as text. */
#include "unit/unit.h"

#include "helper/acl.h"

#include <stdlib.h>
#include <string.h>

enum answer { DENIED, ALLOWED, NOTHING_SAID };

static enum answer ask(const char *text, const char *name)
{
    bool allowed = false, other = true;

    assert_int_equal(acl_decide(text, strlen(text), name, &allowed), 0);
    assert_int_equal(acl_decide(text, strlen(text), name, &other), 0);
    return allowed == other ? (enum answer)allowed : NOTHING_SAID;
}

static unsigned wrong_line(const char *text, size_t size)
{
    bool allowed = true;
    /* Of exactly this size: a sanitizer sees each byte too many. */
    char *copy = malloc(size);

    memcpy(copy, text, size);
    unsigned line = acl_decide(copy, size, "br0", &allowed);
    free(copy);
    return line;
}

static void nothing_is_said_by_nothing(void **state)
{
    assert_int_equal(ask("", "br0"), NOTHING_SAID);
    assert_int_equal(ask("\n\n  \t \n# allow br0\n", "br0"), NOTHING_SAID);
    assert_int_equal(ask("allow br1\ndeny br\ndeny br00\n", "br0"), NOTHING_SAID);
}

static void a_rule_is_for_its_name(void **state)
{
    assert_int_equal(ask("allow br0", "br0"), ALLOWED);
    assert_int_equal(ask("deny br0", "br0"), DENIED);
    assert_int_equal(ask("  allow\tbr0  # ours\r\n", "br0"), ALLOWED);
    assert_int_equal(ask("allow br0#ours\n", "br0"), ALLOWED);
}

static void all_is_each(void **state)
{
    assert_int_equal(ask("allow all", "br0"), ALLOWED);
    assert_int_equal(ask("deny all", "shared"), DENIED);
}

static void deny_wins(void **state)
{
    assert_int_equal(ask("deny br0\nallow br0\n", "br0"), DENIED);
    assert_int_equal(ask("allow br0\ndeny br0\n", "br0"), DENIED);
    assert_int_equal(ask("allow br0\ndeny all\n", "br0"), DENIED);
    assert_int_equal(ask("deny br1\nallow all\n", "br0"), ALLOWED);
}

static void a_line_that_is_not_understood_is_told(void **state)
{
    static const char *const wrong[] = {"allow", "permit br0", "allow br0 br1", "include x", "ALLOW br0", "allow # br0"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_int_equal(wrong_line(wrong[i], strlen(wrong[i])), 1);
    assert_int_equal(wrong_line("allow br0\n\nallow\n", 17), 3);
    /* A NUL might hide the rest from somebody. */
    assert_int_equal(wrong_line("allow br0\n#\0\n", 13), 2);
}

static void any_bytes_are_read(void **state)
{
    static const char letters[] = "allowdeny br0#\n\t\r\0";
    char text[40];

    srand(1);
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)rand() % sizeof(text) + 1;
        for (size_t i = 0; i < size; i++)
            text[i] = letters[(size_t)rand() % sizeof(letters)];
        assert_true(wrong_line(text, size) <= size + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_by_nothing),
        cmocka_unit_test(a_rule_is_for_its_name),
        cmocka_unit_test(all_is_each),
        cmocka_unit_test(deny_wins),
        cmocka_unit_test(a_line_that_is_not_understood_is_told),
        cmocka_unit_test(any_bytes_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
