/* Clones of files: whether the file system can is its own matter; what is left behind is ours. */
#include "unit/unit.h"
#include "harness/clone.h"
#include "common/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/vc.XXXXXX", image[64], clone_path[64];

static int make_folder(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(image, sizeof(image), "%s/image", folder);
    snprintf(clone_path, sizeof(clone_path), "%s/clone", folder);
    FILE *file = fopen(image, "w");
    if (!file)
        return -1;
    fputs("a disk", file);
    return fclose(file);
}

static int remove_folder(void **state)
{
    unlink(image);
    unlink(clone_path);
    return rmdir(folder);
}

static void it_is_whole_or_not_there(void **state)
{
    if (file_clone(image, clone_path) < 0) {
        assert_int_equal(access(clone_path, F_OK), -1);
        return;
    }
    char *text = file_read(clone_path, 100, NULL);
    assert_string_equal(text, "a disk");
    free(text);
    unlink(clone_path);
}

static void nothing_that_is_there_is_replaced(void **state)
{
    FILE *file = fopen(clone_path, "w");

    assert_non_null(file);
    fputs("mine", file);
    fclose(file);
    assert_int_equal(file_clone(image, clone_path), -1);
    assert_int_equal(errno, EEXIST);
    char *text = file_read(clone_path, 100, NULL);
    assert_string_equal(text, "mine");
    free(text);
    unlink(clone_path);
}

static void an_image_that_is_missing_leaves_nothing(void **state)
{
    assert_int_equal(file_clone("/nonexistent/image", clone_path), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(access(clone_path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_whole_or_not_there),
        cmocka_unit_test(nothing_that_is_there_is_replaced),
        cmocka_unit_test(an_image_that_is_missing_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
