#include "helper/host.h"

#include <stdio.h>
#include <sys/utsname.h>

char *host_describe(char *text, size_t size)
{
    struct utsname names;

    if (uname(&names) < 0)
        snprintf(text, size, "Linux");
    else
        snprintf(text, size, "Linux %s", names.release);
    return text;
}
