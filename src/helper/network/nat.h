/* The packet rules of a network: an nftables table of its own, named like the bridge.
 *
 * shared: what leaves the network gets the host's address (IPv4 and IPv6); nobody outside starts a
 * connection into it. host: nothing passes in or out, whatever the host forwards for others. */
#ifndef HELPER_NETWORK_NAT_H
#define HELPER_NETWORK_NAT_H

#include "helper/network/network.h"

/* Make the table, in place of one that is there. 0, or -1 (logged). */
int nat_make(const struct network *network);

/* Fine if it is not there. 0, or -1 (logged). */
int nat_remove(const char *bridge);

#endif
