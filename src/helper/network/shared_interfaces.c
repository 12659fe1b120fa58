#include "common/log.h"
#include "helper/network/link.h"
#include "helper/network/openvswitch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the Open vSwitch knows; count -1: it does not tell us, which takes root. */
struct switches {
    struct openvswitch_bridge *bridges;
    int count;
};

/* Links of these kinds may be bridges of Open vSwitch, its ports, or nothing of the kind. Where nobody
 * tells, a guess that leaves out the switch's own device. */
static bool is_openvswitch(const struct switches *switches, const struct link_facts *facts)
{
    for (int i = 0; i < switches->count; i++)
        if (strcmp(switches->bridges[i].name, facts->name) == 0)
            return true;
    return switches->count < 0 && strcmp(facts->kind, "openvswitch") == 0 && strcmp(facts->name, "ovs-system") != 0;
}

/* What a VM can share: bridges, Ethernet devices that are not virtual, and the virtual kinds that
 * stand for one: a veth is all the hardware that a container has, a bond, team or VLAN is how a
 * machine uses its cards. Not offered: loopback, other VMs' TAPs, tunnels, and our own bridges,
 * which have modes of their own. */
static bool is_shareable(const struct switches *switches, const struct link_facts *facts)
{
    static const char *const kinds[] = {"", "bridge", "veth", "bond", "team", "vlan"};

    if (facts->loopback || !facts->ethernet ||
        strncmp(facts->name, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) == 0)
        return false;
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(facts->kind, kinds[i]) == 0)
            return true;
    return (strcmp(facts->kind, "openvswitch") == 0 || strcmp(facts->kind, "tun") == 0) &&
           is_openvswitch(switches, facts);
}

struct visit {
    const struct switches *switches;
    void (*call)(const char *name, void *context);
    void *context;
};

/* A port of a bridge cannot be shared itself; its bridge can. */
static void visit_link(const struct link_facts *facts, void *context)
{
    const struct visit *visit = context;

    if (is_shareable(visit->switches, facts) && !facts->master)
        visit->call(facts->name, visit->context);
}

int interface_list_shared(void (*call)(const char *name, void *context), void *context)
{
    struct nl_sock *socket = link_connect();
    struct switches switches;
    struct visit visit = {.switches = &switches, .call = call, .context = context};

    switches.count = openvswitch_bridges(&switches.bridges);
    int error = socket ? link_each(socket, visit_link, &visit) : -NLE_NOMEM;
    free(switches.bridges);
    if (socket)
        nl_socket_free(socket);
    if (error < 0) {
        log_error("network", "cannot list the interfaces: %s", nl_geterror(error));
        return -1;
    }
    return 0;
}
