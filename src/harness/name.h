/* Names that people choose: they become file names, host names and parts of command lines. */
#ifndef HARNESS_NAME_H
#define HARNESS_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_SIZE 64 /* 63 characters, as many as a host name has (RFC 1123, 2.1) */

/* One rule for VMs, images and network namespaces: letters, digits, `.`, `_` and `-`, the first a
 * letter or digit, at most 63. */
bool name_is_good(const char *name);

/* name_is_good, or an error message that calls it a `what` ("VM name"). Returns 0 or -1. */
int name_check(const char *what, const char *name);

/* What name_check would say, without saying it. */
void name_reason(const char *what, const char *name, char *text, size_t size);

/* The host name of a VM: what a host name may not hold becomes `-`. host must hold NAME_SIZE bytes. */
void name_to_host(const char *name, char *host);

#endif
