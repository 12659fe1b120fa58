#include "helper/network/state.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A colon: no interface, and so no network, can have this name. */
#define COOKIE_NAME "namespace:cookie"

enum { LOCK_SECONDS = 30 };

unsigned long state_namespace(void)
{
    struct stat info;
    return stat("/proc/self/ns/net", &info) == 0 ? (unsigned long)info.st_ino : 0;
}

/* Open a folder in another, made if it is missing; only one that root alone can write to. */
static int folder_open(int parent, const char *name, bool make)
{
    struct stat info;

    if (make && mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
        return -1;
    int fd = openat(parent, name, FOLDER_FLAGS);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) == 0 && info.st_uid == 0 && !(info.st_mode & 022))
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

static bool lock(int fd)
{
    struct timespec pause = {.tv_nsec = 10000000};

    for (int tries = 0; tries < LOCK_SECONDS * 100; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return false;
        if (stop_is_pending()) {
            errno = EINTR;
            return false;
        }
        nanosleep(&pause, NULL);
    }
    errno = ETIMEDOUT;
    return false;
}

/* Is the locked folder still the one at its path? The last helper out removes it, and whoever
 * waited for the lock then holds that of a folder that is no more. */
static bool is_current(int root, const char *name, int fd)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && fstatat(root, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static int open_locked(const char *name)
{
    int root = folder_open(AT_FDCWD, STATE_ROOT, true);
    if (root < 0)
        return -1;

    int fd = -1;
    for (int tries = 0; fd < 0 && tries < 1000; tries++) {
        if ((fd = folder_open(root, name, true)) < 0) {
            if (errno == ENOENT)
                continue;
            break;
        }
        if (!lock(fd)) {
            int error = errno;
            close(fd);
            fd = -1;
            errno = error;
            break;
        }
        if (!is_current(root, name, fd)) {
            close(fd);
            fd = -1;
        }
    }
    int error = errno;
    close(root);
    errno = error;
    return fd;
}

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* Older kernels have none, and there inode numbers must do. No other error may look like that: the state
 * of a namespace with another cookie is thrown away. */
int state_cookie(char *text, size_t size)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof(cookie);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    int result = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length);
    int error = errno;
    close(fd);
    errno = error;
    if (result < 0 && error != ENOPROTOOPT)
        return -1;
    text_format(text, size, "%llu", result < 0 ? 0ULL : (unsigned long long)cookie);
    return 0;
}

static void remove_entry(int folder, const char *name, void *context)
{
    if (unlinkat(folder, name, 0) == 0 || errno != EISDIR)
        return;
    int inner = folder_open(folder, name, false);
    if (inner >= 0) {
        state_each(inner, "", remove_entry, NULL);
        close(inner);
    }
    unlinkat(folder, name, AT_REMOVEDIR);
}

static int check_cookie(int fd)
{
    char ours[32], there[32];

    if (state_cookie(ours, sizeof(ours)) < 0)
        return -1;
    ssize_t length = state_read(fd, COOKIE_NAME, there, sizeof(there));
    if (length < 0 && errno != ENOENT)
        return -1;
    if (length >= 0 && strcmp(ours, there) == 0)
        return 0;
    state_each(fd, "", remove_entry, NULL);
    return state_write(fd, COOKIE_NAME, ours);
}

int state_open(struct state *state)
{
    char name[32];

    state->namespace = state_namespace();
    text_format(name, sizeof(name), "%lu", state->namespace);
    state->fd = state->namespace ? open_locked(name) : -1;
    if (state->fd < 0) {
        if (errno == ETIMEDOUT)
            log_error("network", "another vmnet-helper has held the lock of %s/%s for %d s: end it", STATE_ROOT, name,
                      LOCK_SECONDS);
        else if (errno == EPERM)
            log_error("network", "%s must belong to root and be writable by nobody else: correct or remove it",
                      STATE_ROOT);
        else if (errno == EINTR)
            log_info("network", "another vmnet-helper is at work, and is no more waited for");
        else
            log_error("network", "cannot keep the network's state in %s: %s; run vmnet-helper with sudo", STATE_ROOT,
                      strerror(errno));
        return -1;
    }
    if (check_cookie(state->fd) < 0) {
        log_error("network", "cannot write to %s/%s: %s", STATE_ROOT, name, strerror(errno));
        state_close(state);
        return -1;
    }
    return 0;
}

static void count_entry(int folder, const char *name, void *context)
{
    if (strcmp(name, COOKIE_NAME) != 0)
        ++*(unsigned *)context;
}

static int remove_folder(const struct state *state)
{
    char path[64];

    text_format(path, sizeof(path), "%s/%lu", STATE_ROOT, state->namespace);
    return (unlinkat(state->fd, COOKIE_NAME, 0) < 0 && errno != ENOENT) || rmdir(path) < 0 ? -1 : 0;
}

int state_close(struct state *state)
{
    unsigned entries = 0;

    if (state->fd < 0)
        return 0;
    int result = state_each(state->fd, "", count_entry, &entries);
    if (result == 0 && !entries)
        result = remove_folder(state);
    int error = errno;
    close(state->fd);
    errno = error;
    state->fd = -1;
    return result;
}

int state_network_open(const struct state *state, const char *bridge, bool make)
{
    return folder_open(state->fd, bridge, make);
}

int state_network_remove(const struct state *state, const char *bridge)
{
    remove_entry(state->fd, bridge, NULL);
    return faccessat(state->fd, bridge, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT ? 0 : -1;
}

int state_read(int folder, const char *name, char *text, size_t size)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t count;
    do {
        count = read(fd, text, size - 1);
    } while (count < 0 && errno == EINTR);
    int error = errno;
    close(fd);
    errno = error;
    text[count > 0 ? count : 0] = '\0';
    return (int)count;
}

int state_write(int folder, const char *name, const char *text)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    int result = file_write_all(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

int state_each(int folder, const char *prefix, void (*visit)(int folder, const char *rest, void *context),
               void *context)
{
    int fd = openat(folder, ".", FOLDER_FLAGS);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    size_t length = strlen(prefix);

    if (!entries) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    struct dirent *entry;
    while (errno = 0, (entry = readdir(entries)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strncmp(entry->d_name, prefix, length) == 0)
            visit(folder, entry->d_name + length, context);
    int error = errno;
    closedir(entries);
    errno = error;
    return error ? -1 : 0;
}
