/* To join a network that is there with CAP_NET_ADMIN alone, as the file capability of an installation
 * gives it (man vmnet-helper, WITHOUT SUDO).
 *
 * The process is the caller's own: whatever it wrote the caller could have written, and whatever it
 * started the caller could end. So it writes and starts nothing. It puts a TAP on a Linux bridge that
 * root made: one that bridge.conf allows, or that of a shared or host network which root's helper keeps
 * up. The TAP goes with the process, however that ends; there is no state to keep and no keeper.
 *
 * What needs more is refused: making a network (its state, and dnsmasq's user, are root's), a port of an
 * Open vSwitch (its database is root's, and the port would stay), a macvtap (its device file is root's). */
#ifndef HELPER_NETWORK_VISITOR_H
#define HELPER_NETWORK_VISITOR_H

#include "helper/network/network.h"

/* Is this process one that can only visit? */
bool visitor_is(void);

/* May the network be visited? Sets attachment and mtu. Returns 0, or -1 (logged). */
int visitor_find(struct network *network, struct nl_sock *socket);

/* Put the TAP on it. Returns 0, or -1 (logged). */
int visitor_join(const struct network *network, struct nl_sock *socket, const struct network_port *port);

#endif
