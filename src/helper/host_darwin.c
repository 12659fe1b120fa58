#include "helper/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysctl.h>

/* The kernel says "15.2" for what people and programs call 15.2.0. */
char *host_describe(char *text, size_t size)
{
    char version[32] = "";
    size_t length = sizeof(version) - 1;
    unsigned numbers[3] = {0};

    if (sysctlbyname("kern.osproductversion", version, &length, NULL, 0) < 0 ||
        sscanf(version, "%u.%u.%u", &numbers[0], &numbers[1], &numbers[2]) < 1)
        snprintf(text, size, "macOS");
    else
        snprintf(text, size, "macOS %u.%u.%u", numbers[0], numbers[1], numbers[2]);
    return text;
}
