/* Subnets that the host uses already. */
#ifndef HELPER_NETWORK_CONFLICT_H
#define HELPER_NETWORK_CONFLICT_H

#include "helper/network/network.h"

#include <netlink/netlink.h>

/* Does an address or a route of this namespace, other than a default route, overlap the network's
 * subnet? Returns 0 if none does, or -1 after naming the one that does. */
int conflict_check(struct nl_sock *socket, const struct network *network);

#endif
