#include "common/log.h"
#include "helper/network/link.h"
#include "helper/network/network.h"

#include <stdio.h>
#include <string.h>

/* What a VM can share: bridges, Ethernet devices that are not virtual, and the virtual kinds that
 * stand for one: a veth is all the hardware that a container has, a bond, team or VLAN is how a
 * machine uses its cards. Not offered: loopback, other VMs' TAPs, tunnels, and our own bridges,
 * which have modes of their own. */
static bool is_shareable(const struct link_facts *facts)
{
    static const char *const kinds[] = {"", "bridge", "openvswitch", "veth", "bond", "team", "vlan"};

    if (facts->loopback || !facts->ethernet ||
        strncmp(facts->name, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) == 0)
        return false;
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(facts->kind, kinds[i]) == 0)
            return true;
    return false;
}

/* A port of a bridge cannot be shared itself; its bridge can. */
static void print(const struct link_facts *facts, void *context)
{
    if (is_shareable(facts) && !facts->master)
        puts(facts->name);
}

int interface_list_shared(void)
{
    struct nl_sock *socket = link_connect();
    int error = socket ? link_each(socket, print, NULL) : -NLE_NOMEM;

    if (socket)
        nl_socket_free(socket);
    if (error < 0) {
        log_error("network", "cannot list the interfaces: %s", nl_geterror(error));
        return -1;
    }
    if (fflush(stdout) != 0) {
        log_error("network", "cannot write to standard output");
        return -1;
    }
    return 0;
}
