/* Starting the program dnsmasq, with no more than it needs.
 *
 * It begins as root, for it binds ports and opens raw sockets, and becomes its own user by itself. What it
 * may have is limited before: no way to gain privilege by a program, a bounding set of the capabilities
 * that it asks for, descriptors, memory and file sizes of a program that serves one network. (The number of
 * processes is not: that limit counts all of a user's, those of other networks too.) */
#ifndef HELPER_NETWORK_DNSMASQ_SPAWN_H
#define HELPER_NETWORK_DNSMASQ_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#ifndef DNSMASQ_PATH
#define DNSMASQ_PATH "/usr/sbin/dnsmasq"
#endif

/* Is it there, and are it and the folders above it root's, and writable by nobody else? Logs if not. */
bool dnsmasq_is_safe(void);

/* Start it, with errors as its standard error, and no other descriptor or variable of ours. Before any thread.
 * Returns its pid, or -1 (logged). */
pid_t dnsmasq_spawn(char *const *arguments, int errors);

#endif
