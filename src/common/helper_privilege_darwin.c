#include "common/helper_privilege.h"

#include <stdlib.h>
#include <sys/sysctl.h>
#include <unistd.h>

/* From macOS 26 vmnet serves every user. */
bool helper_needs_sudo(const char *path)
{
    char version[32] = "";
    size_t size = sizeof(version) - 1;

    if (geteuid() == 0)
        return false;
    if (sysctlbyname("kern.osproductversion", version, &size, NULL, 0) < 0)
        return true;
    return strtol(version, NULL, 10) < 26;
}
