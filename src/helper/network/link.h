/* Links of this network namespace, by libnl: bridges, their ports, macvtaps, addresses.
 *
 * All functions return 0, or a negative libnl error (-NLE_...; nl_geterror() has its text), and log
 * nothing: the caller knows what the user can do about it. */
#ifndef HELPER_NETWORK_LINK_H
#define HELPER_NETWORK_LINK_H

#include "common/mac.h"

#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>

struct link_facts {
    int index;
    int master;        /* index of the bridge that it is a port of; 0: none */
    unsigned mtu;
    uint8_t mac[MAC_SIZE];
    char name[IFNAMSIZ];
    char kind[16];     /* "bridge", "macvtap", "tun", ...; empty: a device that is not virtual */
    bool loopback;
    bool ethernet;
};

/* A route netlink socket, to be freed with nl_socket_free(); NULL if there is none to be had. */
struct nl_sock *link_connect(void);

/* Does this error of link_find() say that there is none? Others say that nobody knows; then the next answers on the
 * socket may be those to this question: use another one. */
bool link_is_missing(int error);

/* -NLE_OBJ_NOTFOUND or -NLE_NODEV if there is no link of this name. */
int link_find(struct nl_sock *socket, const char *name, struct link_facts *facts);
bool link_exists(struct nl_sock *socket, const char *name);

/* Call visit for each link. */
int link_each(struct nl_sock *socket, void (*visit)(const struct link_facts *facts, void *context), void *context);

/* A bridge that keeps this MAC address whatever ports it gets. Down. */
int link_make_bridge(struct nl_sock *socket, const char *name, const uint8_t mac[MAC_SIZE]);

/* A macvtap in bridge mode on the interface parent. Down. */
int link_make_macvtap(struct nl_sock *socket, const char *name, const char *parent, const uint8_t mac[MAC_SIZE]);

/* Fine if it is not there. */
int link_delete(struct nl_sock *socket, const char *name);

int link_set_up(struct nl_sock *socket, const char *name);
int link_set_mtu(struct nl_sock *socket, const char *name, unsigned mtu);
int link_set_mac(struct nl_sock *socket, const char *name, const uint8_t mac[MAC_SIZE]);

/* Make the link a port of the bridge, with the bridge's MTU, and set it up. Isolated ports cannot
 * reach each other, only the bridge and ports that are not isolated. */
int link_add_port(struct nl_sock *socket, const char *name, const struct link_facts *bridge, bool isolated);

/* address: "192.168.105.1/24". At once usable: no duplicate address detection. */
int link_add_address(struct nl_sock *socket, const char *name, const char *address);

#endif
