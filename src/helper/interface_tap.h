/* What interface_tap.c needs of the TAP device itself: tap_linux.c. */
#ifndef HELPER_INTERFACE_TAP_H
#define HELPER_INTERFACE_TAP_H

#include "helper/interface.h"

/* Open a TAP of this name that carries virtio headers. It is down, and gone when the descriptor,
 * which does not block, is closed. Returns the descriptor, or -1 (logged). */
int tap_open(const char *name);

/* Name what the kernel may leave to us: checksums, segmentation. For TAPs and macvtaps.
 * Returns 0, or -1 (logged). */
int tap_set_offload(int fd, const struct interface_config *config);

#endif
