#include "harness/image_fetch.h"
#include "harness/disk_file.h"
#include "harness/download.h"
#include "harness/image_build.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/meter.h"
#include "common/file.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHECKSUMS_MAX = 4 << 20 };

/* A sha256, to have its kind. */
#define ANY_SHA256 "0000000000000000000000000000000000000000000000000000000000000000"

/* The paths of one image. Each begins like the folder, with room for the ending. */
struct fetch {
    const struct store *store;
    const struct image_source *source;
    const char *dir;
    char key[URL_KEY_SIZE];
    char what[NAME_SIZE + 16];
    char part[PATH_MAX], new[PATH_MAX], sums[PATH_MAX];
    char wanted[CHECKSUM_SIZE]; /* empty: nobody said */
    char sha256[CHECKSUM_SIZE]; /* what it has */
    char format[16];
    double bytes;
};

void image_fetch_dir(const struct store *store, const char *url, char dir[PATH_MAX])
{
    char key[URL_KEY_SIZE];

    text_format(dir, PATH_MAX, "%s/%s", store->images, url_key(url, key));
}

void image_fetch_forget(const struct store *store, const char *key)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/.%s.new", store->images, key);
    file_remove_tree(path);
    text_format(path, sizeof(path), "%s/.%s.sums", store->images, key);
    download_forget(path);
    text_format(path, sizeof(path), "%s/.%s.part", store->images, key);
    download_forget(path);
}

/* Fetch a URL of the source, or the same file from the mirror, into path. */
static int fetch_url(const struct fetch *fetch, const char *url, const char *path, bool is_image, bool *resumed)
{
    char on_mirror[URL_SIZE];
    struct download download = {
        .url = url, .path = path, .what = fetch->what, .stall = fetch->source->stall,
        .max_bytes = is_image ? fetch->source->max_bytes : CHECKSUMS_MAX, .started = fetch->store->started,
        .has_checksum = is_image && *fetch->wanted, .is_quiet = !is_image,
    };

    if (fetch->source->mirror) {
        if (url_on_mirror(url, fetch->source->mirror, on_mirror) < 0)
            return -1;
        download.url = on_mirror;
    }
    if (is_image)
        message_progress(fetch->store->started, "downloading %s from %s", fetch->what, download.url);
    int result = download_run(&download, resumed);
    owner_give(&fetch->store->owner, path);
    return result;
}

/* What the publisher's list says of this file. */
static int find_wanted(struct fetch *fetch)
{
    const struct catalogue_entry *entry = &fetch->source->entry;
    char file[256];
    bool resumed;

    text_copy(fetch->wanted, sizeof(fetch->wanted), entry->checksum);
    if (*fetch->wanted || !*entry->checksums)
        return 0;
    if (!url_file(entry->url, file, sizeof(file)))
        return message_error("%s: the URL has no file name to look for in the list of checksums", fetch->what);
    download_forget(fetch->sums);
    if (fetch_url(fetch, entry->checksums, fetch->sums, false, &resumed) < 0)
        return -1;
    char *text = file_read(fetch->sums, CHECKSUMS_MAX, NULL);
    bool found = text && checksum_find(text, file, fetch->wanted);
    free(text);
    download_forget(fetch->sums);
    return found ? 0 : message_error("the list of checksums %s has none for %s", entry->checksums, file);
}

/* 1: right; 0: wrong, with what it is in has; -1 after an error message. */
static int verify(struct fetch *fetch, char has[CHECKSUM_SIZE])
{
    struct stat status;

    if (stat(fetch->part, &status) < 0 || checksum_of_file(fetch->part, ANY_SHA256, fetch->sha256) < 0)
        return message_error("cannot read %s: %s", fetch->part, strerror(errno));
    fetch->bytes = (double)status.st_size;
    text_copy(has, CHECKSUM_SIZE, fetch->sha256);
    if (!*fetch->wanted)
        return 1;
    if (strcmp(checksum_kind(fetch->wanted), "sha256") != 0 && checksum_of_file(fetch->part, fetch->wanted, has) < 0)
        return message_error("cannot read %s: %s", fetch->part, strerror(errno));
    return strcmp(has, fetch->wanted) == 0;
}

/* Fetch until the checksum is right: what was continued is worth a second try from the start. */
static int fetch_verified(struct fetch *fetch)
{
    char has[CHECKSUM_SIZE];
    bool resumed;

    for (;;) {
        if (fetch_url(fetch, fetch->source->entry.url, fetch->part, true, &resumed) < 0)
            return -1;
        int right = verify(fetch, has);
        if (right < 0)
            return -1;
        if (right)
            break;
        download_forget(fetch->part);
        if (!resumed)
            return message_error("%s from %s has the wrong checksum and was removed: %s %s, not %s", fetch->what,
                                 fetch->source->entry.url, checksum_kind(fetch->wanted), has, fetch->wanted);
        message_progress(fetch->store->started, "%s: what was continued has the wrong checksum; once more from the start",
                         fetch->what);
    }
    if (*fetch->wanted)
        message_progress(fetch->store->started, "%s: the %s is right", fetch->what, checksum_kind(fetch->wanted));
    else
        message_progress(fetch->store->started, "%s was not verified: pin it with --sha256 %s", fetch->what,
                         fetch->sha256);
    return 0;
}

static int write_description(const struct fetch *fetch)
{
    const struct catalogue_entry *entry = &fetch->source->entry;
    char path[PATH_MAX];
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "name", entry->name);
    cJSON_AddStringToObject(json, "version", entry->version);
    cJSON_AddStringToObject(json, "arch", entry->arch);
    cJSON_AddStringToObject(json, "url", entry->url);
    cJSON_AddStringToObject(json, "sha256", fetch->sha256);
    cJSON_AddBoolToObject(json, "verified", *fetch->wanted != '\0');
    cJSON_AddStringToObject(json, "boot", entry->boot);
    cJSON_AddStringToObject(json, "user", entry->user);
    cJSON_AddStringToObject(json, "packages", entry->packages);
    cJSON_AddNumberToObject(json, "download_bytes", fetch->bytes);
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    text_format(path, sizeof(path), "%s/image.json", fetch->new);
    int result = text ? store_write(fetch->store, path, text) : message_error("not enough memory");
    free(text);
    return result;
}

static int convert(struct fetch *fetch)
{
    char disk[PATH_MAX], log[PATH_MAX];

    if (disk_file_format(fetch->part, fetch->format, sizeof(fetch->format)) < 0) {
        download_forget(fetch->part);
        return -1;
    }
    if (*fetch->source->entry.format && strcmp(fetch->source->entry.format, fetch->format) != 0) {
        download_forget(fetch->part);
        return message_error("%s is %s, not %s as the catalogue says", fetch->what, fetch->format,
                             fetch->source->entry.format);
    }
    if (strcmp(fetch->format, "raw") == 0 && !disk_file_has_boot_record(fetch->part)) {
        download_forget(fetch->part);
        return message_error("%s from %s is no disk image: it has no boot record", fetch->what,
                             fetch->source->entry.url);
    }
    if (store_make_dir(fetch->store, fetch->new) < 0)
        return -1;
    text_format(disk, sizeof(disk), "%s/disk.img", fetch->new);
    text_format(log, sizeof(log), "%s/convert.log", fetch->new);
    message_progress(fetch->store->started, "converting %s", fetch->what);
    if (disk_file_to_raw(fetch->part, fetch->format, disk, log) < 0)
        return -1;
    unlink(log);
    return write_description(fetch);
}

/* All of it, under the lock. */
static int fetch_locked(struct fetch *fetch)
{
    char amount[32];

    file_remove_tree(fetch->new);
    if (find_wanted(fetch) < 0 || fetch_verified(fetch) < 0)
        return -1;
    int result = convert(fetch);
    if (result == 0) {
        owner_give(&fetch->store->owner, fetch->new);
        if (rename(fetch->new, fetch->dir) < 0)
            result = message_error("cannot rename %s: %s", fetch->new, strerror(errno));
    }
    if (result < 0) {
        file_remove_tree(fetch->new);
        return -1;
    }
    download_forget(fetch->part);
    message_progress(fetch->store->started, "%s is in the cache: %s came over the network", fetch->what,
                     meter_amount(fetch->bytes, amount));
    return 0;
}

int image_fetch(const struct store *store, const struct image_source *source, const char *dir)
{
    struct fetch fetch = {.store = store, .source = source, .dir = dir};

    url_key(source->entry.url, fetch.key);
    bool named = strcmp(source->entry.name, "vm") != 0;
    text_format(fetch.what, sizeof(fetch.what), "image%s%s", named ? " " : "", named ? source->entry.name : "");
    if (!text_format(fetch.part, sizeof(fetch.part), "%s/.%s.part", store->images, fetch.key) ||
        !text_format(fetch.new, sizeof(fetch.new), "%s/.%s.new", store->images, fetch.key) ||
        !text_format(fetch.sums, sizeof(fetch.sums), "%s/.%s.sums", store->images, fetch.key))
        return message_error("path too long: %s", store->images);
    int lock = image_lock(store, fetch.key, fetch.what);
    if (lock < 0)
        return -1;
    int result = access(dir, F_OK) == 0 ? 0 : fetch_locked(&fetch);
    close(lock);
    return result;
}
