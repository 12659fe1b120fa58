#include "common/data_dir.h"
#include "common/own_path.h"

#include <limits.h>
#include <stdlib.h>

const char *data_dir(void)
{
    static char installed[PATH_MAX];
    const char *dir = getenv("VMNET_DATA");

    if (dir && *dir)
        return dir;
    if (!*installed && own_sibling("../share/vmnet-helper", installed, sizeof(installed)) < 0)
        return "/usr/local/share/vmnet-helper";
    return installed;
}
