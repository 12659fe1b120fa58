#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_write_all(int fd, const void *data, size_t size)
{
    const char *next = data;

    while (size) {
        ssize_t written = write(fd, next, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        next += written;
        size -= (size_t)written;
    }
    return 0;
}

int file_write(const char *path, mode_t mode, const void *data, size_t size)
{
    char temporary[PATH_MAX];

    if (!text_format(temporary, sizeof(temporary), "%s.XXXXXX", path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = file_write_all(fd, data, size);
    if (result == 0)
        result = fchmod(fd, mode);
    /* A full disk may only show here. */
    if (close(fd) < 0)
        result = -1;
    if (result == 0)
        result = rename(temporary, path);
    if (result < 0) {
        int saved = errno;
        unlink(temporary);
        errno = saved;
    }
    return result;
}

char *file_read(const char *path, size_t max, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;

    size_t used = 0, room = 4096;
    char *data = malloc(room + 1);
    while (data) {
        if (used > max) {
            errno = EFBIG;
            break;
        }
        if (used == room) {
            room *= 2;
            char *larger = realloc(data, room + 1);
            if (!larger)
                break;
            data = larger;
        }
        ssize_t count = read(fd, data + used, room - used);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            break;
        if (count == 0) {
            close(fd);
            data[used] = '\0';
            if (size)
                *size = used;
            return data;
        }
        used += (size_t)count;
    }
    int saved = errno;
    free(data);
    close(fd);
    errno = saved;
    return NULL;
}

int file_make_dirs(const char *path, mode_t mode)
{
    char partial[PATH_MAX];

    if (!text_copy(partial, sizeof(partial), path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = partial + 1;; slash++) {
        if (*slash != '/' && *slash != '\0')
            continue;
        char kept = *slash;
        *slash = '\0';
        if (mkdir(partial, mode) < 0 && errno != EEXIST)
            return -1;
        *slash = kept;
        if (!kept)
            break;
    }
    struct stat status;
    if (stat(path, &status) < 0)
        return -1;
    if (!S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    return remove(path);
}

int file_remove_tree(const char *path)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 && errno != ENOENT)
        return -1;
    return 0;
}
