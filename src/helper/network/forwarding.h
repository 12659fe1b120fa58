/* Passing packets between interfaces: Linux does it only where it is switched on.
 *
 * Switched on for the network's bridge, and for the interfaces that the host has routes through,
 * where the answers come in. What a switch was before is recorded in the namespace's state, and
 * put back when the last shared network goes -- unless somebody has switched on forwarding for the
 * whole host meanwhile, who would lose it. */
#ifndef HELPER_NETWORK_FORWARDING_H
#define HELPER_NETWORK_FORWARDING_H

#include "helper/network/state.h"

#include <netlink/netlink.h>

/* Returns 0, or -1 (logged). */
int forwarding_enable(const struct state *state, struct nl_sock *socket, const char *bridge);

void forwarding_restore(const struct state *state, struct nl_sock *socket);

#endif
