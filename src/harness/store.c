#include "harness/store.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The absolute form of a path that the environment names; fallback, below home, without one. */
static int place(char *path, const char *variable, const char *home, const char *fallback)
{
    const char *named = getenv(variable);
    char current[PATH_MAX];
    bool fits;

    if (!named || !*named)
        fits = text_format(path, PATH_MAX, "%s/%s", home, fallback);
    else if (named[0] == '/')
        fits = text_copy(path, PATH_MAX, named);
    else
        fits = getcwd(current, sizeof(current)) && text_format(path, PATH_MAX, "%s/%s", current, named);
    if (!fits || strlen(path) > PATH_MAX - 512)
        return message_error("the path of the state folder is too long; set %s to a shorter one", variable);
    /* Both would end a value in qemu's command line or a line in ssh's configuration. */
    if (strpbrk(path, "\"\n"))
        return message_error("the path of the state folder holds a quote or a newline; set %s to another", variable);
    return 0;
}

int store_find(struct store *store)
{
    char home[PATH_MAX] = "";
    const char *set = getenv("VMNET_HOME");

    *store = (struct store){.started = process_clock()};
    if (owner_find(&store->owner) < 0)
        return -1;
    if ((!set || !*set) && owner_home(&store->owner, home, sizeof(home)) < 0)
        return -1;
    if (place(store->home, "VMNET_HOME", home, ".vmnet-helper") < 0 ||
        place(store->images, "VMNET_CACHE", store->home, "cache/images") < 0)
        return -1;
    return 0;
}

int store_open(struct store *store)
{
    char path[PATH_MAX];

    if (store_find(store) < 0)
        return -1;
    if (store_make_dir(store, store->home) < 0 || store_path(store, path, sizeof(path), "vms") < 0 ||
        store_make_dir(store, path) < 0 || store_path(store, path, sizeof(path), "locks") < 0 ||
        store_make_dir(store, path) < 0)
        return -1;
    if (store_path(store, path, sizeof(path), "cache") < 0 || store_make_dir(store, path) < 0)
        return -1;
    return store_make_dir(store, store->images);
}

int store_path(const struct store *store, char *path, size_t size, const char *format, ...)
{
    char below[PATH_MAX];
    va_list args;

    va_start(args, format);
    int length = vsnprintf(below, sizeof(below), format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof(below) || !text_format(path, size, "%s/%s", store->home, below))
        return message_error("path too long: %s/%.40s...; set VMNET_HOME to a shorter one", store->home, below);
    return 0;
}

bool store_is_full(const char *path)
{
    struct statvfs status;

    return statvfs(path, &status) == 0 && (unsigned long long)status.f_bavail * status.f_frsize < 1 << 20;
}

static const char *remedy(int error)
{
    return error == ENOSPC || error == EDQUOT ? "; free some space, or set VMNET_HOME to another file system" : "";
}

int store_make_dir(const struct store *store, const char *path)
{
    bool was_there = access(path, F_OK) == 0;

    if (file_make_dirs(path, 0700) < 0)
        return message_error("cannot make %s: %s%s", path, strerror(errno), remedy(errno));
    /* Only what we made: $VMNET_HOME may name any folder. */
    if (!was_there)
        owner_give(&store->owner, path);
    return 0;
}

int store_write(const struct store *store, const char *path, const char *text)
{
    if (file_write(path, 0600, text, strlen(text)) < 0)
        return message_error("cannot write %s: %s%s", path, strerror(errno), remedy(errno));
    owner_give(&store->owner, path);
    return 0;
}

int store_lock(const struct store *store, const char *path, const char *waiting)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return message_error("cannot open the lock %s: %s%s", path, strerror(errno), remedy(errno));
    owner_give(&store->owner, path);
    for (bool told = false; flock(fd, LOCK_EX | LOCK_NB) < 0; told = true) {
        bool busy = errno == EWOULDBLOCK || errno == EINTR;
        if (!busy)
            message_error("cannot take the lock %s: %s", path, strerror(errno));
        else if (!told)
            message_progress(store->started, "%s", waiting);
        if (!busy || !interrupt_pause(0.1)) {
            close(fd);
            return -1;
        }
    }
    return fd;
}
