/* What is special about IPv6 forwarding: the kernel forgets its own default routes over it. */
#ifndef HELPER_NETWORK_FORWARDING_IPV6_H
#define HELPER_NETWORK_FORWARDING_IPV6_H

#include <netlink/netlink.h>

/* Make the bridge a router in the eyes of its guests: neighbour advertisements carry the router
 * flag, without which a guest drops its default route again. 0, or -1 with errno. */
int forwarding_ipv6_make_router(struct nl_sock *socket, const char *bridge);

/* Forward for the whole host (1) or not (0), with each interface otherwise as it was. Only for
 * kernels before 6.17. 0, or -1 with errno. */
int forwarding_ipv6_switch_host(struct nl_sock *socket, int value);

#endif
