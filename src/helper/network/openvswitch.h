/* Ports on the bridges of an Open vSwitch.
 *
 * The switch's own daemon, ovs-vswitchd, does what its database says: we add a row for the TAP, and
 * take it out again. A row outlives the TAP, the helper and the machine's next start; so each
 * carries its boot and network namespace in external_ids:vmnet-helper, and those of an earlier one go
 * with the next start of a helper. Those of this one are known by the network's state (state.h). */
#ifndef HELPER_NETWORK_OPENVSWITCH_H
#define HELPER_NETWORK_OPENVSWITCH_H

#include "helper/network/network.h"

struct openvswitch_bridge {
    char name[IFNAMSIZ];
    bool userspace; /* datapath_type netdev: frames pass through ovs-vswitchd, which knows no super-frames */
};

/* All bridges of the database, which need not be in this network namespace. Returns their number, with
 * *bridges to be freed by the caller; or -1, with errno, if the database cannot be asked. */
int openvswitch_bridges(struct openvswitch_bridge **bridges);

/* 1: a bridge has this name, and *bridge tells of it; 0: none has; -1 with errno: nobody to ask. */
int openvswitch_find(const char *name, struct openvswitch_bridge *bridge);

/* Add the TAP to the bridge and wait, for 5 s at most, until the switch has it. Its interface id, which
 * OVN knows it by, is in external_ids:iface-id. Isolated ports (protected) cannot reach each other.
 * Returns 0, or -1 (logged): then openvswitch_remove_port() is due. */
int openvswitch_add_port(const char *bridge, const struct network_port *port);

/* Take the port of this name out of its bridge, if it is one that a helper made. Fine if there is none.
 * Returns 0, or -1 (logged). */
int openvswitch_remove_port(const char *tap);

#endif
