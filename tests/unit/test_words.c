/* Command lines as a shell reads them. */
#include "unit/unit.h"
#include "harness/words.h"

#include <stdlib.h>

static void check(const char *word, const char *quoted)
{
    char *text = word_quoted(word);

    assert_non_null(text);
    assert_string_equal(text, quoted);
    free(text);
}

static void words_are_quoted_where_a_shell_needs_it(void **state)
{
    check("--name=a,b:c/d", "--name=a,b:c/d");
    check("", "''");
    check("a b", "'a b'");
    check("$HOME", "'$HOME'");
    check("it's", "'it'\\''s'");
    check("*", "'*'");
    check("a\nb", "'a\nb'");
    check("~", "'~'");
}

static void a_list_owns_its_words(void **state)
{
    struct words words = {0}, more = {0};

    words_add(&words, "%s-%d", "a", 1);
    words_add(&more, "%s", "b c");
    words_append(&words, &more);
    words_free(&more);
    const char *const *argv = words_argv(&words);
    assert_string_equal(argv[0], "a-1");
    assert_string_equal(argv[1], "b c");
    assert_null(argv[2]);
    char *text = words_quoted(&words, false);
    assert_string_equal(text, "a-1 'b c'");
    free(text);
    words_free(&words);
}

static void folded_text_has_an_option_a_line(void **state)
{
    struct words words = {0};

    words_add(&words, "%s", "run");
    words_add(&words, "%s", "-a");
    words_add(&words, "%s", "b");
    words_add(&words, "%s", "-c");
    char *text = words_quoted(&words, true);
    assert_string_equal(text, "run \\\n    -a b \\\n    -c");
    free(text);
    words_free(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_quoted_where_a_shell_needs_it),
        cmocka_unit_test(a_list_owns_its_words),
        cmocka_unit_test(folded_text_has_an_option_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
