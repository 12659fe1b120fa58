/* The cache holds folders of names and of downloads, and hidden files that belong to one of them: its lock, its
 * part, its new folder. Each is judged under its lock; one that another command has is left alone. */
#include "harness/image_prune.h"
#include "harness/image.h"
#include "harness/image_fetch.h"
#include "harness/image_use.h"
#include "harness/message.h"
#include "harness/meter.h"
#include "harness/recipe.h"
#include "common/file.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct prune {
    const struct store *store;
    bool all, dry_run;
    double freed;
};

/* -1 without a message: somebody else has it. */
static int try_lock(const struct store *store, const char *name)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/.%s.lock", store->images, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -1;
    owner_give(&store->owner, path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Remove a file or folder and tell so. */
static int drop(struct prune *prune, const char *path)
{
    struct stat status;
    char amount[32];

    if (lstat(path, &status) < 0)
        return 0;
    double size = S_ISDIR(status.st_mode) ? image_size(path) : (double)status.st_blocks * 512;
    if (!prune->dry_run && file_remove_tree(path) < 0)
        return message_error("cannot remove %s: %s", path, strerror(errno));
    prune->freed += size;
    printf("%s %s (%s)\n", prune->dry_run ? "would remove" : "removed", path, meter_amount(size, amount));
    return 0;
}

/* 1: a VM needs it; 0: nobody; -1 after an error message. */
static int is_used(const struct prune *prune, const char *dir)
{
    char vm[NAME_SIZE];

    return image_user(prune->store, dir, vm);
}

/* The builds of one recipe: the one that is current stays, unless all is to go. */
static int prune_builds(struct prune *prune, const char *name)
{
    char parent[PATH_MAX], path[PATH_MAX], current[PATH_MAX] = "";
    int result = 0;

    image_is_built(prune->store, name, current);
    text_format(parent, sizeof(parent), "%s/%s", prune->store->images, name);
    DIR *folder = opendir(parent);
    for (struct dirent *entry; folder && result == 0 && (entry = readdir(folder));) {
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            !text_format(path, sizeof(path), "%s/%s", parent, entry->d_name) || lstat(path, &status) < 0 ||
            !S_ISDIR(status.st_mode))
            continue;
        bool broken = entry->d_name[0] == '.';
        /* Another architecture's, current or not: it takes long to build. */
        bool foreign = strchr(entry->d_name, '-') != NULL;
        bool stale = !broken && !foreign && strcmp(path, current) != 0;
        int used = broken ? 0 : is_used(prune, path);
        if (used < 0 || (!used && (broken || stale || prune->all) && drop(prune, path) < 0))
            result = -1;
    }
    if (folder)
        closedir(folder);
    return result;
}

static int prune_download(struct prune *prune, const char *key)
{
    static const char *const parts[] = {"part", "part.version", "sums", "sums.version", "new"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        text_format(path, sizeof(path), "%s/.%s.%s", prune->store->images, key, parts[i]);
        if (drop(prune, path) < 0)
            return -1;
    }
    text_format(path, sizeof(path), "%s/%s", prune->store->images, key);
    int used = prune->all ? is_used(prune, path) : 1;
    return used < 0 || (!used && drop(prune, path) < 0) ? -1 : 0;
}

/* The name that an entry of the cache belongs to: "x" of "x", ".x.lock" and ".x.part.version". */
static bool owner_name(const char *entry, char *name, size_t size)
{
    bool hidden = entry[0] == '.';
    size_t key = URL_KEY_SIZE - 1;
    const char *start = entry + hidden;

    if (strspn(start, "0123456789abcdef") == key && (start[key] == '\0' || start[key] == '.'))
        return text_format(name, size, "%.*s", (int)key, start);
    return !hidden && name_is_good(entry) && text_copy(name, size, entry);
}

static int prune_name(struct prune *prune, const char *name)
{
    int lock = try_lock(prune->store, name);

    if (lock < 0)
        return 0;
    int result = strlen(name) == URL_KEY_SIZE - 1 ? prune_download(prune, name) : prune_builds(prune, name);
    close(lock);
    return result;
}

int image_prune(const struct store *store, bool all, bool dry_run)
{
    struct prune prune = {.store = store, .all = all, .dry_run = dry_run};
    struct dirent **entries;
    char name[URL_KEY_SIZE + 8], last[URL_KEY_SIZE + 8] = "", amount[32];
    int count = scandir(store->images, &entries, NULL, alphasort), result = 0;

    if (count < 0)
        return message_error("cannot read %s: %s", store->images, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (result == 0 && owner_name(entries[i]->d_name, name, sizeof(name)) && strcmp(name, last) != 0) {
            result = prune_name(&prune, name);
            text_copy(last, sizeof(last), name);
        }
        free(entries[i]);
    }
    free(entries);
    printf("%s: %s\n", dry_run ? "would free" : "freed", meter_amount(prune.freed, amount));
    return result;
}
