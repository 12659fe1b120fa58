/* Does starting the helper need sudo? helper_privilege_linux.c | helper_privilege_darwin.c. */
#ifndef COMMON_HELPER_PRIVILEGE_H
#define COMMON_HELPER_PRIVILEGE_H

#include <stdbool.h>

/* True if the helper at path, started by this process, would lack the privilege that it needs to
 * make an interface. */
bool helper_needs_sudo(const char *path);

#endif
