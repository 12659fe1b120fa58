/* Who is on a network, and what happens to it when they are gone. The state is locked. */
#ifndef HELPER_NETWORK_MEMBERS_H
#define HELPER_NETWORK_MEMBERS_H

#include "helper/network/state.h"

#include <netlink/netlink.h>

/* Remember that the TAP gets a port in an Open vSwitch, which does not go with it. 0, or -1 with errno. */
int members_mark_port(int network, const char *tap);

/* Take one out, with the macvtap or the Open vSwitch port that carries its name. Returns 0; or -1
 * (logged), and then the member stays, to be tried again, until the port can be removed. */
int members_drop(int network, const char *tap, struct nl_sock *socket);

/* Take out the dead of the network, and remove it if nobody is left: its parts if they are ours,
 * its state, and forwarding with the last shared one.
 * Returns 1 if it was removed, 0 if somebody is left, -1 (logged) if something could not be undone. */
int members_close(const struct state *state, const char *bridge, struct nl_sock *socket);

#endif
