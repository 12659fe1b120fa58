/* Who is on a network, and what happens to it when they are gone. The state is locked. */
#ifndef HELPER_NETWORK_MEMBERS_H
#define HELPER_NETWORK_MEMBERS_H

#include "helper/network/state.h"

#include <netlink/netlink.h>

/* Take one out, with the macvtap that carries its name. */
void members_drop(int network, const char *tap, struct nl_sock *socket);

/* Take out those whose helper is gone; how many are left. */
unsigned members_sweep(int network, struct nl_sock *socket);

/* Take out the dead of the network, and remove it if nobody is left: its parts if they are ours,
 * its state, and forwarding with the last shared one.
 * Returns 1 if it was removed, 0 if somebody is left, -1 (logged) if something could not be undone. */
int members_close(const struct state *state, const char *bridge, struct nl_sock *socket);

#endif
