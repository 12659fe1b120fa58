#include "unit/unit.h"

#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_file.XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[PATH_MAX];
    assert_true(text_format(path, sizeof(path), "%s/%s", folder, name));
    return path;
}

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return file_remove_tree(folder);
}

static void a_file_reads_as_it_was_written(void **state)
{
    size_t size;

    assert_int_equal(file_write(in_folder("a"), 0600, "one\0two", 7), 0);
    char *data = file_read(in_folder("a"), 100, &size);
    assert_non_null(data);
    assert_int_equal(size, 7);
    assert_memory_equal(data, "one\0two\0", 8);
    free(data);
}

static void a_file_has_the_wanted_mode(void **state)
{
    struct stat status;

    assert_int_equal(file_write(in_folder("mode"), 0640, "x", 1), 0);
    assert_int_equal(stat(in_folder("mode"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void a_failed_write_leaves_nothing(void **state)
{
    assert_int_equal(file_write(in_folder("none/a"), 0600, "x", 1), -1);
    assert_int_equal(errno, ENOENT);
}

static void a_link_is_replaced_and_not_followed(void **state)
{
    struct stat status;

    assert_int_equal(file_write(in_folder("target"), 0600, "old", 3), 0);
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(file_write(in_folder("link"), 0600, "new", 3), 0);
    assert_int_equal(lstat(in_folder("link"), &status), 0);
    assert_true(S_ISREG(status.st_mode));
    char *data = file_read(in_folder("target"), 100, NULL);
    assert_string_equal(data, "old");
    free(data);
}

static void a_file_over_the_limit_is_refused(void **state)
{
    assert_int_equal(file_write(in_folder("large"), 0600, "12345", 5), 0);
    char *data = file_read(in_folder("large"), 5, NULL);
    assert_non_null(data);
    free(data);
    assert_null(file_read(in_folder("large"), 4, NULL));
    assert_int_equal(errno, EFBIG);
}

static void a_file_larger_than_the_first_buffer_is_read_whole(void **state)
{
    enum { SIZE = 10000 };
    static char text[SIZE];
    size_t size;

    memset(text, 'x', SIZE);
    assert_int_equal(file_write(in_folder("long"), 0600, text, SIZE), 0);
    char *data = file_read(in_folder("long"), 1 << 20, &size);
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, text, SIZE);
    free(data);
}

static void folders_are_made_down_to_the_last(void **state)
{
    struct stat status;

    assert_int_equal(file_make_dirs(in_folder("d/e/f"), 0700), 0);
    assert_int_equal(file_make_dirs(in_folder("d/e/f"), 0700), 0);
    assert_int_equal(stat(in_folder("d/e/f"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
}

static void a_file_in_the_way_of_a_folder_is_an_error(void **state)
{
    assert_int_equal(file_write(in_folder("file"), 0600, "x", 1), 0);
    assert_int_equal(file_make_dirs(in_folder("file"), 0700), -1);
    assert_int_equal(errno, ENOTDIR);
}

static void removing_a_tree_does_not_follow_links(void **state)
{
    assert_int_equal(file_make_dirs(in_folder("tree/inner"), 0700), 0);
    assert_int_equal(file_write(in_folder("kept"), 0600, "x", 1), 0);
    assert_int_equal(symlink("../kept", in_folder("tree/link")), 0);
    assert_int_equal(file_remove_tree(in_folder("tree")), 0);
    assert_int_equal(access(in_folder("tree"), F_OK), -1);
    assert_int_equal(access(in_folder("kept"), F_OK), 0);
}

static void removing_what_is_not_there_is_fine(void **state)
{
    assert_int_equal(file_remove_tree(in_folder("nothing")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_reads_as_it_was_written),
        cmocka_unit_test(a_file_has_the_wanted_mode),
        cmocka_unit_test(a_failed_write_leaves_nothing),
        cmocka_unit_test(a_link_is_replaced_and_not_followed),
        cmocka_unit_test(a_file_over_the_limit_is_refused),
        cmocka_unit_test(a_file_larger_than_the_first_buffer_is_read_whole),
        cmocka_unit_test(folders_are_made_down_to_the_last),
        cmocka_unit_test(a_file_in_the_way_of_a_folder_is_an_error),
        cmocka_unit_test(removing_a_tree_does_not_follow_links),
        cmocka_unit_test(removing_what_is_not_there_is_fine),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
