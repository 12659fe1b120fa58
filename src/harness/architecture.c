#include "harness/architecture.h"

#include <string.h>
#include <sys/utsname.h>

const char *architecture_find(const char *name)
{
    static const char *const names[][2] = {
        {"x86-64", "x86-64"}, {"x86_64", "x86-64"}, {"amd64", "x86-64"}, {"arm64", "arm64"}, {"aarch64", "arm64"},
    };

    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

const char *architecture_host(void)
{
    struct utsname system;
    const char *found = uname(&system) == 0 ? architecture_find(system.machine) : NULL;

    return found ? found : "unknown";
}

bool architecture_is_host(const char *architecture)
{
    return strcmp(architecture, architecture_host()) == 0;
}
