/* A Mac has an interface called en0: linked with --wrap=if_nametoindex. */
#include <net/if.h>
#include <string.h>

unsigned __real_if_nametoindex(const char *name);
unsigned __wrap_if_nametoindex(const char *name);

unsigned __wrap_if_nametoindex(const char *name)
{
    return strcmp(name, "en0") == 0 ? 4 : __real_if_nametoindex(name);
}
