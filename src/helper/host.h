/* The system we run on: host_linux.c | host_darwin.c. */
#ifndef HELPER_HOST_H
#define HELPER_HOST_H

#include <stddef.h>

/* Its name and version as people know it: "Linux 6.1.0-40-amd64", "macOS 15.2.0". Returned. */
char *host_describe(char *text, size_t size);

#endif
