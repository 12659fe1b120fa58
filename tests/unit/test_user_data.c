/* What the user adds to the seed: a cloud-init document and public keys. */
#include "unit/unit.h"
#include "harness/public_keys.h"
#include "harness/user_data.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/user-data.XXXXXX";

static int setup(void **state)
{
    int fd = mkstemp(path), null = open("/dev/null", O_WRONLY);

    return fd < 0 || close(fd) < 0 || null < 0 || dup2(null, STDERR_FILENO) < 0;
}

static int teardown(void **state)
{
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static const char ours[] = "#cloud-config\nhostname: one\nssh_authorized_keys:\n  - key one\nssh_keys:\n"
                           "  private: |\n    a\n    b\n";

static void assert_merged(const char *theirs, const char *expected)
{
    write_file(theirs);
    char *text = user_data_merge(ours, path);
    assert_string_equal(text, expected);
    free(text);
}

static void lists_are_appended_and_the_rest_replaces(void **state)
{
    assert_merged("#cloud-config\nssh_authorized_keys: [key two]\nhostname: other\npackages:\n- jq\n- \"true\"\n",
                  "#cloud-config\nhostname: other\nssh_authorized_keys:\n- key one\n- key two\nssh_keys:\n"
                  "  private: |\n    a\n    b\npackages:\n- jq\n- \"true\"\n");
}

static void long_lines_and_blocks_stay_as_they_are(void **state)
{
    assert_merged("#cloud-config\nwrite_files:\n- path: /a\n  content: |\n    # no comment\n      deeper: x\n"
                  "long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccc dddd\n",
                  "#cloud-config\nhostname: one\nssh_authorized_keys:\n- key one\nssh_keys:\n  private: |\n    a\n    b\n"
                  "write_files:\n- path: /a\n  content: |\n    # no comment\n      deeper: x\n"
                  "long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccc dddd\n");
}

static void what_cannot_be_merged_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "#!/bin/sh\necho\n", "#cloud-configuration\na: b\n", "#cloud-config", "#cloud-config\n", "#cloud-config\n- a\n",
        "#cloud-config\na: [\n", "#cloud-config\nssh_keys: {}\n", "#cloud-config\nuser: me\n", "#cloud-config\nusers: []\n",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        write_file(bad[i]);
        if (user_data_check(path) == 0)
            fail_msg("taken: %s", bad[i]);
        assert_null(user_data_merge(ours, path));
    }
    assert_int_equal(user_data_check("/nonexistent/file"), -1);
}

static void aliases_do_not_grow_without_end(void **state)
{
    write_file("#cloud-config\na: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
               "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n"
               "e: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e]\n"
               "g: &g [*f, *f, *f, *f, *f, *f, *f, *f]\n");
    assert_null(user_data_merge(ours, path));
}

#define KEY "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

static void keys_come_without_their_comments(void **state)
{
    write_file("# mine\nssh-ed25519 " KEY " me: # at home\r\n\nsk-ssh-ed25519@openssh.com " KEY "\n");
    char *text = public_keys_read(path);
    assert_string_equal(text, "ssh-ed25519 " KEY "\nsk-ssh-ed25519@openssh.com " KEY "\n");
    free(text);
    text = public_keys_read(NULL);
    assert_string_equal(text, "");
    free(text);
}

static void what_is_no_key_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "# only\n", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "ssh-ed25519 AAAA\n", "ssh-ed25519 " KEY "!\n",
        "command=\"x\" ssh-ed25519 " KEY "\n", "ssh-ed25519\t" KEY "\n",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        write_file(bad[i]);
        assert_null(public_keys_read(path));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_appended_and_the_rest_replaces),
        cmocka_unit_test(long_lines_and_blocks_stay_as_they_are),
        cmocka_unit_test(what_cannot_be_merged_is_refused),
        cmocka_unit_test(aliases_do_not_grow_without_end),
        cmocka_unit_test(keys_come_without_their_comments),
        cmocka_unit_test(what_is_no_key_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
