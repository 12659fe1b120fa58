/* URLs of images. */
#include "unit/unit.h"
#include "harness/url.h"

#include <string.h>

static void what_is_fetched(void **state)
{
    static const char *const good[] = {"https://example.org/a/b.img", "http://[::1]:8000/b.img?x=1&y=2",
                                       "file:///tmp/disk.img", "https://example.org/a%20b.img"};
    char reason[URL_REASON_SIZE];

    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_int_equal(url_check(good[i], reason), 0);
}

static void what_is_not(void **state)
{
    static const char *const bad[] = {"ftp://example.org/b.img", "://x", "http://", "http://me@x/y", "http://me:pw@x/y",
                                      "https://x/a b", "https://x/a\nb", "https://x/\"", "https://x/#part",
                                      "gopher://x/y", "javascript://x", "https:/x/y", "https:x", ""};
    char reason[URL_REASON_SIZE], longer[URL_SIZE + 10] = "http://x/";

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(url_check(bad[i], reason), -1);
    memset(longer + strlen(longer), 'a', URL_SIZE - strlen(longer));
    assert_int_equal(url_check(longer, reason), -1);
}

static void a_password_is_not_shown(void **state)
{
    char reason[URL_REASON_SIZE];

    assert_int_equal(url_check("https://me:secret@example.org/x", reason), -1);
    assert_null(strstr(reason, "secret"));
}

static void a_mirror_stands_for_scheme_and_host(void **state)
{
    char out[URL_SIZE];

    assert_int_equal(url_on_mirror("https://example.org/a/b.img?c", "http://mirror:81/x/", out), 0);
    assert_string_equal(out, "http://mirror:81/x/a/b.img?c");
    assert_int_equal(url_on_mirror("https://example.org", "http://mirror", out), 0);
    assert_string_equal(out, "http://mirror/");
}

static void the_name_of_the_file(void **state)
{
    char file[64];

    assert_true(url_file("https://x/a/b.img", file, sizeof(file)));
    assert_string_equal(file, "b.img");
    assert_true(url_file("https://x/a/b%2b.img?c=/d", file, sizeof(file)));
    assert_string_equal(file, "b+.img");
    assert_false(url_file("https://x/a/", file, sizeof(file)));
    assert_false(url_file("https://x/a/b%2fc", file, sizeof(file)));
    assert_false(url_file("https://x/a/b%00c", file, sizeof(file)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_fetched),
        cmocka_unit_test(what_is_not),
        cmocka_unit_test(a_password_is_not_shown),
        cmocka_unit_test(a_mirror_stands_for_scheme_and_host),
        cmocka_unit_test(the_name_of_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
