/* A network on Linux: what vmnet.framework does for us on macOS.
 *
 * (mode, subnet) names it; it is one bridge in the current network namespace, with the gateway's
 * address, a dnsmasq for DHCP, DNS and router advertisements, and an nftables table. The first
 * helper in makes it, the last one out removes it, under a lock. */
#ifndef HELPER_NETWORK_NETWORK_H
#define HELPER_NETWORK_NETWORK_H

#include "helper/interface.h"

#include <net/if.h>
#include <netlink/netlink.h>

/* How the names of our own bridges start; "vmn-sc0a8690018" is shared, c0.a8.69.00/24 (0x18). */
#define NETWORK_BRIDGE_START "vmn-"

/* How a TAP joins: as a port of a Linux bridge, of an Open vSwitch bridge, or of one whose packets pass
 * through a program (datapath netdev), which takes complete frames only; or there is no TAP. */
enum attachment { ATTACH_BRIDGE, ATTACH_OPENVSWITCH, ATTACH_USERSPACE, ATTACH_MACVTAP };

struct network {
    enum operation_mode mode;
    enum attachment attachment;   /* bridged: set by shared_interface_find() */
    uint32_t gateway, end, mask;  /* host byte order */
    char bridge[IFNAMSIZ];
    char prefix6[46];             /* "fd9b:5a14:ba57:e3d3::", /64 */
    unsigned mtu;
    char state_dir[128];          /* /run/vmnet-helper/<inode>/<bridge> */
};

/* What joins it. */
struct network_port {
    const char *tap;
    const char *id; /* the interface id, as vmnet_interface_id has it */
    const uint8_t *mac; /* the VM's */
    bool isolated;
};

/* Fill in the description of the network that the configuration asks for: defaults, bridge name,
 * IPv6 prefix, state folder. Touches nothing. Returns 0, or -1 (logged). */
int network_describe(struct network *network, const struct interface_config *config);

/* bridged: how the interface that --shared-interface names can be joined. 0, or -1 (logged). */
int shared_interface_find(struct network *network, struct nl_sock *socket);

/* Make the network unless it is there, and put the TAP on it. A stale network is repaired first; a
 * subnet that the host uses otherwise is refused before anything is made.
 * Returns 0, or -1 (logged), and then nothing is left that was not there before. */
int network_join(struct network *network, const struct network_port *port);

/* Take the TAP out; the last one out removes the network. Safe to call twice.
 * Returns 0, or -1 after logging what could not be undone. */
int network_leave(struct network *network, const char *tap);

/* The host's routes have changed: forward for what it has routes through now. 0, or -1 (logged). */
int network_refresh(const struct network *network);

/* Remove every network of this namespace that has no living helper. Returns how many, or -1. */
int network_cleanup(void);

#endif
