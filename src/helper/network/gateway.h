/* The parts of a network: a bridge with the gateway's addresses, rules, forwarding, dnsmasq. */
#ifndef HELPER_NETWORK_GATEWAY_H
#define HELPER_NETWORK_GATEWAY_H

#include "helper/network/network.h"
#include "helper/network/state.h"

#include <netlink/netlink.h>

/* Make all parts, in place of what is there of them. 0, or -1 (logged): the caller removes them. */
int gateway_make(const struct network *network, const struct state *state, struct nl_sock *socket);

/* Are they all there? */
bool gateway_is_complete(const struct network *network, struct nl_sock *socket);

/* Remove them; what is not there is fine. 0, or -1 (logged), after trying all. */
int gateway_remove(const char *bridge, const char *state_dir, struct nl_sock *socket);

#endif
