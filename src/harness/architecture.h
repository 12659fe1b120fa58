/* Processor architectures of guests: "x86-64" and "arm64". */
#ifndef HARNESS_ARCHITECTURE_H
#define HARNESS_ARCHITECTURE_H

#include <stdbool.h>

/* The one of this machine; "unknown" for any other than the two. */
const char *architecture_host(void);

/* Our word for a name that people give: x86_64, amd64, aarch64. NULL if it is none of the two. */
const char *architecture_find(const char *name);

/* Can this machine run it other than emulated? */
bool architecture_is_host(const char *architecture);

#endif
