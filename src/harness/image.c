#include "harness/image.h"
#include "harness/image_build.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/name.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void image_dir(const struct store *store, const struct recipe *recipe, char *dir)
{
    text_format(dir, PATH_MAX, "%s/%s/%s", store->images, recipe->name, recipe->digest);
}

bool image_is_built(const struct store *store, const char *name, char *dir)
{
    struct recipe recipe;

    if (!recipe_exists(name) || recipe_find(&recipe, name) < 0)
        return false;
    image_dir(store, &recipe, dir);
    return access(dir, F_OK) == 0;
}

/* The first line of a file of the image, to be freed. */
static char *first_line(const struct image *image, const char *file)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/%s", image->dir, file);
    char *text = file_read(path, 65536, NULL);
    if (text)
        text[strcspn(text, "\n")] = '\0';
    else
        message_error("cannot read %s: %s; mend it with: image delete NAME", path, strerror(errno));
    return text;
}

static bool has_disk(const char *dir)
{
    char path[PATH_MAX];

    return text_format(path, sizeof(path), "%s/disk.img", dir) && access(path, R_OK) == 0;
}

/* Look into the folder of a complete image. */
static int read_dir(struct image *image)
{
    text_format(image->kernel, sizeof(image->kernel), "%s/kernel", image->dir);
    text_format(image->initrd, sizeof(image->initrd), "%s/initrd", image->dir);
    if (has_disk(image->dir)) {
        text_format(image->disk, sizeof(image->disk), "%s/disk.img", image->dir);
        text_copy(image->disk_format, sizeof(image->disk_format), "raw");
    }
    char *user = first_line(image, "user");
    image->cmdline = first_line(image, "cmdline");
    int result = user && image->cmdline ? 0 : -1;
    if (result == 0 && (!name_is_good(user) || !text_copy(image->user, sizeof(image->user), user)))
        result = message_error("the image %s has a bad user name", image->dir);
    free(user);
    return result;
}

/* Somebody else's disk image: its format, by qemu-img. */
static int read_file(struct image *image, const char *path)
{
    struct stat status;
    char *text = NULL;

    if (!realpath(path, image->name) || stat(image->name, &status) < 0)
        return message_error("cannot open image %s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return message_error("image %s is not a file", path);
    const char *const argv[] = {"qemu-img", "info", "--output=json", image->name, NULL};
    cJSON *info = process_run(argv, &text) == 0 && text ? cJSON_Parse(text) : NULL;
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(info, "format");
    bool good = cJSON_IsString(format) && (strcmp(format->valuestring, "raw") == 0 ||
                                           strcmp(format->valuestring, "qcow2") == 0);
    if (good)
        text_copy(image->disk_format, sizeof(image->disk_format), format->valuestring);
    /* A chain of files is a way to read any file that we may read. */
    if (good && cJSON_HasObjectItem(info, "full-backing-filename"))
        good = false;
    cJSON_Delete(info);
    free(text);
    if (!good)
        return message_error("image %s is neither a raw nor a whole qcow2 disk image", path);
    text_copy(image->disk, sizeof(image->disk), image->name);
    text_copy(image->user, sizeof(image->user), "vm");
    return 0;
}

int image_prepare(struct image *image, const struct store *store, const char *name, const char *used_dir)
{
    struct recipe recipe;

    *image = (struct image){0};
    if (strchr(name, '/'))
        return read_file(image, name);
    if (used_dir && *used_dir && has_disk(used_dir)) {
        text_copy(image->name, sizeof(image->name), name);
        text_copy(image->dir, sizeof(image->dir), used_dir);
        return read_dir(image);
    }
    if (recipe_find(&recipe, name) < 0)
        return -1;
    text_copy(image->name, sizeof(image->name), name);
    image_dir(store, &recipe, image->dir);
    if (access(image->dir, F_OK) < 0 && image_build(store, &recipe, image->dir) < 0)
        return -1;
    return read_dir(image);
}

void image_free(struct image *image)
{
    free(image->cmdline);
    *image = (struct image){0};
}

int image_delete(const struct store *store, const char *name)
{
    char path[PATH_MAX];

    if (name_check("image name", name) < 0)
        return -1;
    text_format(path, sizeof(path), "%s/%s", store->images, name);
    if (access(path, F_OK) < 0)
        return message_error("image \"%s\" is not in the cache; `image list` shows what is", name);
    int lock = image_lock(store, name);
    if (lock < 0)
        return -1;
    int result = file_remove_tree(path);
    if (result < 0)
        message_error("cannot remove %s: %s", path, strerror(errno));
    close(lock);
    return result;
}
