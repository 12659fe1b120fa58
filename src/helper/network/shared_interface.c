/* What --shared-interface names, and what can be done with it. */
#include "common/log.h"
#include "helper/network/link.h"
#include "helper/network/openvswitch.h"
#include "helper/network/ovsdb.h"

#include <errno.h>
#include <string.h>

static bool is_ours(const char *bridge)
{
    return strncmp(bridge, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) == 0;
}

/* The link of an Open vSwitch bridge looks like any other TAP if its datapath is netdev, and like a
 * port of the bridge otherwise: only the database knows. */
static int find_openvswitch(struct network *network)
{
    struct openvswitch_bridge bridge;
    int found = openvswitch_find(network->bridge, &bridge);

    if (found > 0)
        network->attachment = bridge.userspace ? ATTACH_USERSPACE : ATTACH_OPENVSWITCH;
    else if (found == 0)
        log_error("network", "%s is neither a bridge of Open vSwitch nor another interface to join: "
                  "vmnet-helper --list-shared-interfaces prints those that can be joined", network->bridge);
    else
        log_error("network", "%s can only be joined if it is a bridge of Open vSwitch, whose database does not "
                  "answer at %s: %s; is ovsdb-server running?", network->bridge, OVSDB_SOCKET, strerror(errno));
    return found > 0 ? 0 : -1;
}

int shared_interface_find(struct network *network, struct nl_sock *socket)
{
    struct link_facts facts;

    if (is_ours(network->bridge)) {
        log_error("network", "%s is the bridge of a shared or host network: "
                  "use --operation-mode shared or host to join it", network->bridge);
        return -1;
    }
    if (link_find(socket, network->bridge, &facts) < 0) {
        log_error("network", "there is no interface \"%s\": "
                  "vmnet-helper --list-shared-interfaces prints those that can be joined", network->bridge);
        return -1;
    }
    if (strcmp(facts.kind, "openvswitch") == 0 || strcmp(facts.kind, "tun") == 0)
        return find_openvswitch(network);
    network->attachment = strcmp(facts.kind, "bridge") == 0 ? ATTACH_BRIDGE : ATTACH_MACVTAP;
    return 0;
}
