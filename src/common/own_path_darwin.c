#include "common/own_path.h"
#include "common/text.h"

#include <errno.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <stdlib.h>

int own_path(char *path, size_t size)
{
    char raw[PATH_MAX], resolved[PATH_MAX];
    uint32_t length = sizeof(raw);

    if (_NSGetExecutablePath(raw, &length) != 0 || !realpath(raw, resolved) || !text_copy(path, size, resolved)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}
