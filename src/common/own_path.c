#include "common/own_path.h"
#include "common/text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

int own_sibling(const char *name, char *path, size_t size)
{
    char self[PATH_MAX];

    if (own_path(self, sizeof(self)) < 0)
        return -1;
    *strrchr(self, '/') = '\0';
    if (!text_format(path, size, "%s/%s", self, name)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}
