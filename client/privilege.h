/* Does starting the helper need sudo? privilege_linux.c | privilege_darwin.c. */
#ifndef CLIENT_PRIVILEGE_H
#define CLIENT_PRIVILEGE_H

#include <stdbool.h>

/* True if the helper at path, started by this process, would lack the privilege that it needs to
 * make an interface. */
bool client_needs_sudo(const char *path);

#endif
