#include "harness/image.h"
#include "harness/architecture.h"
#include "harness/checksum.h"
#include "harness/disk_file.h"
#include "harness/image_build.h"
#include "harness/image_fetch.h"
#include "harness/message.h"
#include "harness/name.h"
#include "common/file.h"
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

    if (!recipe_exists(name) || recipe_find(&recipe, name, architecture_host()) < 0)
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

static bool copy_member(const cJSON *json, const char *key, char *out, size_t size)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

    return cJSON_IsString(item) && text_copy(out, size, item->valuestring);
}

/* Look into the folder of a complete download. */
static int read_download(struct image *image)
{
    char path[PATH_MAX], boot[16] = "";

    text_format(path, sizeof(path), "%s/image.json", image->dir);
    char *text = file_read(path, 65536, NULL);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    bool good = copy_member(json, "user", image->user, sizeof(image->user)) && name_is_good(image->user) &&
                copy_member(json, "arch", image->arch, sizeof(image->arch)) && architecture_find(image->arch) &&
                copy_member(json, "boot", boot, sizeof(boot)) && has_disk(image->dir);
    free(text);
    if (!good) {
        cJSON_Delete(json);
        return message_error("the image in %s is damaged; mend it with: image delete NAME", image->dir);
    }
    copy_member(json, "packages", image->packages, sizeof(image->packages));
    cJSON_Delete(json);
    image->needs_uefi = strcmp(boot, "uefi") == 0;
    text_format(image->disk, sizeof(image->disk), "%s/disk.img", image->dir);
    text_copy(image->disk_format, sizeof(image->disk_format), "raw");
    return 0;
}

static bool is_download(const char *dir)
{
    char path[PATH_MAX];

    return text_format(path, sizeof(path), "%s/image.json", dir) && access(path, F_OK) == 0;
}

/* Must what a download once had still be what is asked for? */
static int check_download(const struct image *image, const char *checksum)
{
    char path[PATH_MAX], has[CHECKSUM_SIZE] = "", wanted[CHECKSUM_SIZE];

    if (!checksum)
        return 0;
    text_format(path, sizeof(path), "%s/image.json", image->dir);
    char *text = file_read(path, 65536, NULL);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    copy_member(json, "sha256", has, sizeof(has));
    cJSON_Delete(json);
    free(text);
    if (checksum_parse(checksum, wanted) && strcmp(has, wanted) == 0)
        return 0;
    return message_error("image %s is in the cache with the sha256 %s, not %s; to fetch it again: image delete %s",
                         image->name, has, checksum, image->name);
}

/* Somebody else's disk image. */
static int read_file(struct image *image, const struct image_request *request)
{
    char has[CHECKSUM_SIZE], wanted[CHECKSUM_SIZE];
    struct stat status;

    if (!realpath(request->name, image->name) || stat(image->name, &status) < 0)
        return message_error("cannot open image %s: %s", request->name, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return message_error("image %s is not a file", request->name);
    if (request->checksum) {
        if (checksum_of_file(image->name, request->checksum, has) < 0)
            return message_error("cannot read image %s: %s", request->name, strerror(errno));
        if (!checksum_parse(request->checksum, wanted) || strcmp(has, wanted) != 0)
            return message_error("image %s has the wrong checksum: sha256 %s, not %s", request->name, has,
                                 request->checksum);
    }
    if (disk_file_format(image->name, image->disk_format, sizeof(image->disk_format)) < 0)
        return -1;
    text_copy(image->disk, sizeof(image->disk), image->name);
    text_copy(image->user, sizeof(image->user), "vm");
    return 0;
}

static int prepare_recipe(struct image *image, const struct store *store, const struct image_request *request)
{
    struct recipe recipe;

    if (request->checksum || request->mirror)
        return message_error("--sha256 and --mirror are for images from a URL: %s is built here", request->name);
    if (recipe_find(&recipe, request->name, image->arch) < 0)
        return -1;
    image_dir(store, &recipe, image->dir);
    if (access(image->dir, F_OK) < 0 && image_build(store, &recipe, image->dir) < 0)
        return -1;
    return read_dir(image);
}

static int prepare_download(struct image *image, const struct store *store, const struct image_request *request)
{
    struct image_source source;

    if (image_source_find(&source, store, request) < 0)
        return -1;
    image_fetch_dir(store, source.entry.url, image->dir);
    if (access(image->dir, F_OK) < 0) {
        if (image_fetch(store, &source, image->dir) < 0)
            return -1;
    } else if (check_download(image, request->checksum) < 0) {
        return -1;
    }
    return read_download(image);
}

int image_prepare(struct image *image, const struct store *store, const struct image_request *request)
{
    *image = (struct image){0};
    text_copy(image->arch, sizeof(image->arch), request->arch ? request->arch : architecture_host());
    if (strchr(request->name, '/') && !url_is(request->name))
        return read_file(image, request);
    text_copy(image->name, sizeof(image->name), request->name);
    if (request->used_dir && *request->used_dir && has_disk(request->used_dir)) {
        text_copy(image->dir, sizeof(image->dir), request->used_dir);
        return is_download(image->dir) ? read_download(image) : read_dir(image);
    }
    return recipe_exists(request->name) ? prepare_recipe(image, store, request)
                                        : prepare_download(image, store, request);
}

void image_free(struct image *image)
{
    free(image->cmdline);
    *image = (struct image){0};
}

int image_folder(const struct store *store, const struct image_request *request, char dir[PATH_MAX], char *key)
{
    struct image_source source;

    /* Also what was built by a recipe that is gone. */
    text_format(dir, PATH_MAX, "%s/%s", store->images, request->name);
    if (!url_is(request->name) && (recipe_exists(request->name) || access(dir, F_OK) == 0)) {
        text_copy(key, URL_KEY_SIZE, request->name);
        return 0;
    }
    if (image_source_find(&source, store, request) < 0)
        return -1;
    image_fetch_dir(store, source.entry.url, dir);
    url_key(source.entry.url, key);
    return 0;
}

int image_delete(const struct store *store, const struct image_request *request)
{
    char path[PATH_MAX], part[PATH_MAX], key[URL_KEY_SIZE], what[URL_SIZE + 16];

    if (image_folder(store, request, path, key) < 0)
        return -1;
    text_format(part, sizeof(part), "%s/.%s.part", store->images, key);
    if (access(path, F_OK) < 0 && access(part, F_OK) < 0)
        return message_error("image \"%s\" is not in the cache; `image list` shows what is", request->name);
    text_format(what, sizeof(what), "image %s", request->name);
    int lock = image_lock(store, key, what);
    if (lock < 0)
        return -1;
    int result = file_remove_tree(path);
    if (result < 0)
        message_error("cannot remove %s: %s", path, strerror(errno));
    image_fetch_forget(store, key);
    close(lock);
    return result;
}
