#include "harness/clone.h"

#include <sys/attr.h>
#include <sys/clonefile.h>
#include <sys/stat.h>

/* A clone has the mode of its file, which may be read-only. */
int file_clone(const char *path, const char *new)
{
    return clonefile(path, new, CLONE_NOOWNERCOPY) < 0 ? -1 : chmod(new, 0644);
}
