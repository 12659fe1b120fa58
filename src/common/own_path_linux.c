#include "common/own_path.h"

#include <errno.h>
#include <unistd.h>

int own_path(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size);

    if (length < 0)
        return -1;
    if ((size_t)length >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    path[length] = '\0';
    return 0;
}
