/* The parser of the harness's command lines. */
#include "unit/unit.h"
#include "harness/command_line.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { NAME, FORCE };
static const struct option_entry table[] = {
    [NAME] = {"name", 'n', "TEXT", "a value"},
    [FORCE] = {"force", 'f', NULL, "a switch"},
    {0},
};

#define PARSE(...) parse((char *[]){__VA_ARGS__, NULL})
#define W(text) ((char[]){text})

static struct command_line line;

static int parse(char **argv)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    return command_line_parse(table, argc, argv, &line);
}

static int quiet(void **state)
{
    int null = open("/dev/null", O_WRONLY);

    return null < 0 || dup2(null, STDERR_FILENO) < 0;
}

static void values_come_in_every_form(void **state)
{
    assert_int_equal(PARSE(W("--name"), W("a")), 0);
    assert_string_equal(line.values[NAME], "a");
    assert_int_equal(PARSE(W("--name=b")), 0);
    assert_string_equal(line.values[NAME], "b");
    assert_int_equal(PARSE(W("-n"), W("c")), 0);
    assert_string_equal(line.values[NAME], "c");
    assert_int_equal(PARSE(W("-nd")), 0);
    assert_string_equal(line.values[NAME], "d");
    assert_int_equal(PARSE(W("-fn"), W("e")), 0);
    assert_string_equal(line.values[NAME], "e");
    assert_non_null(line.values[FORCE]);
}

static void options_and_operands_mix(void **state)
{
    assert_int_equal(PARSE(W("one"), W("--force"), W("two")), 0);
    assert_int_equal(line.operand_count, 2);
    assert_string_equal(line.operands[1], "two");
    assert_null(line.values[NAME]);
}

static void nothing_is_looked_at_after_two_dashes(void **state)
{
    assert_int_equal(PARSE(W("one"), W("--"), W("--force"), W("--"), W("-x")), 0);
    assert_null(line.values[FORCE]);
    assert_true(line.has_rest);
    assert_int_equal(line.rest_count, 3);
    assert_string_equal(line.rest[0], "--force");
    assert_null(line.rest[3]);
}

static void a_lone_dash_is_an_operand(void **state)
{
    assert_int_equal(PARSE(W("-")), 0);
    assert_int_equal(line.operand_count, 1);
}

static void bad_lines_are_refused(void **state)
{
    assert_int_equal(PARSE(W("--nam"), W("a")), -1);
    assert_int_equal(PARSE(W("--name")), -1);
    assert_int_equal(PARSE(W("--force=yes")), -1);
    assert_int_equal(PARSE(W("-x")), -1);
    assert_int_equal(PARSE(W("-n")), -1);
}

static void there_is_an_end_to_operands(void **state)
{
    static char word[] = "x";
    char *words[OPERANDS_MAX + 2] = {NULL};
    static const struct option_entry none[] = {{0}};
    struct command_line many;

    for (int i = 0; i < OPERANDS_MAX; i++)
        words[i] = word;
    assert_int_equal(command_line_parse(none, OPERANDS_MAX, words, &many), 0);
    assert_int_equal(many.operand_count, OPERANDS_MAX);
    words[OPERANDS_MAX] = word;
    assert_int_equal(command_line_parse(none, OPERANDS_MAX + 1, words, &many), -1);
}

static void a_repeated_option_has_lines(void **state)
{
    static char flag[] = "--disk", one[] = "1", two[] = "b.img", three[] = "--disk=/c", once[] = "--once";
    static const struct option_entry entries[] = {{"disk", 0, "FILE", "", true}, {"once", 0, "N", "", false}, {0}};
    char *words[] = {flag, one, flag, two, three, once, one, once, two, NULL};
    struct command_line repeated;

    assert_int_equal(command_line_parse(entries, 9, words, &repeated), 0);
    assert_string_equal(repeated.values[0], "1\nb.img\n/c");
    assert_string_equal(repeated.values[1], "b.img");
    command_line_free(&repeated);
}

static void help_ends_the_reading(void **state)
{
    assert_int_equal(PARSE(W("--help"), W("--unknown")), 0);
    assert_true(line.help);
    assert_int_equal(PARSE(W("-h")), 0);
    assert_true(line.help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_every_form),
        cmocka_unit_test(options_and_operands_mix),
        cmocka_unit_test(nothing_is_looked_at_after_two_dashes),
        cmocka_unit_test(a_lone_dash_is_an_operand),
        cmocka_unit_test(bad_lines_are_refused),
        cmocka_unit_test(there_is_an_end_to_operands),
        cmocka_unit_test(a_repeated_option_has_lines),
        cmocka_unit_test(help_ends_the_reading),
    };

    return cmocka_run_group_tests(tests, quiet, NULL);
}
