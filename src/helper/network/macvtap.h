/* A macvtap: a second address on a physical interface, for one VM. The VM must use its MAC; the
 * host itself cannot be reached through it. */
#ifndef HELPER_NETWORK_MACVTAP_H
#define HELPER_NETWORK_MACVTAP_H

#include "common/mac.h"

#include <netlink/netlink.h>

/* Make it on parent, and open it. Returns a descriptor that does not block and takes the ioctls of
 * a TAP; or -1 (logged), and then it is not there. The link stays until it is deleted. */
int macvtap_open(struct nl_sock *socket, const char *name, const char *parent, const uint8_t mac[MAC_SIZE]);

#endif
