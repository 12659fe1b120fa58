/* Network namespaces without a name: they live as long as a descriptor or a process is in them, so
 * that nothing is left whatever way the bench ends. And the interfaces in them. Linux. */
#ifndef BENCH_PATH_NAMESPACE_H
#define BENCH_PATH_NAMESPACE_H

#include "common/mac.h"

#include <stdbool.h>
#include <stdint.h>

/* A new namespace with lo up. Returns its descriptor, or -1 (logged). Only for a program of one
 * thread: it moves there and back. */
int path_namespace_create(void);

/* Move this thread to the namespace. Returns 0, or -1 (logged). */
int path_namespace_enter(int fd);

/* A TAP in the current namespace, up, with a queue of 10,000 frames. mac: NULL for any. header:
 * frames carry a virtio header, and the system may leave segmentation and checksums to the other
 * end. Returns its descriptor (non-blocking), or -1 (logged). */
int path_tap_open(const char *name, const uint8_t *mac, bool header);

/* Set an interface of the current namespace up. Returns 0, or -1 (logged). */
int path_link_up(const char *name);

/* Put the port into a bridge of the current namespace, made if it is not there, and up. Returns 0, or -1 (logged). */
int path_bridge_join(const char *name, const char *port);

/* Give the interface an address (host byte order) of a /24, and set it up. 0, or -1 (logged). */
int path_address_set(const char *name, uint32_t address);

/* A pair of virtual Ethernet interfaces: one here, the other one, `there`, in the namespace. 0, or
 * -1 (logged). */
int path_veth_make(const char *here, const char *there, int namespace_fd);

#endif
