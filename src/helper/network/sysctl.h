/* One setting of the kernel below /proc/sys/net, in the caller's network namespace. */
#ifndef HELPER_NETWORK_SYSCTL_H
#define HELPER_NETWORK_SYSCTL_H

/* The number that net/<family>/conf/<interface>/<key> has, or -1 with errno (ENOENT: no such
 * interface, or a kernel without it). family: "ipv4" or "ipv6". */
int sysctl_get(const char *family, const char *interface, const char *key);

/* Returns 0, or -1 with errno. */
int sysctl_set(const char *family, const char *interface, const char *key, int value);

#endif
