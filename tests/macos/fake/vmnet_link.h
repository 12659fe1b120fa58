/* The network behind a fake vmnet interface: a socket or a TAP. */
#ifndef FAKE_VMNET_LINK_H
#define FAKE_VMNET_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

/* The descriptor, not blocking. Ends the program when the settings name none. gateway and mask: what a TAP
 * gets for its address, if the settings name a subnet; NULL: that subnet's. */
int fake_link_open(bool virtio, const char *gateway, const char *mask);

/* Is it a TAP? */
bool fake_link_is_tap(void);

/* readv and writev for a TAP that was opened with virtio headers, of which the caller knows nothing:
 * vmnet_offload.c. */
ssize_t fake_offload_read(int fd, const struct iovec *parts, int count);
ssize_t fake_offload_write(int fd, const struct iovec *parts, int count);

#endif
