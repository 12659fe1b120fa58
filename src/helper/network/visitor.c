#include "helper/network/visitor.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "helper/network/link.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

bool visitor_is(void)
{
    return geteuid() != 0;
}

static bool is_gateway(const struct ifaddrs *address, const struct network *network)
{
    struct sockaddr_in ip, mask;

    if (!address->ifa_addr || !address->ifa_netmask || address->ifa_addr->sa_family != AF_INET ||
        strcmp(address->ifa_name, network->bridge) != 0)
        return false;
    memcpy(&ip, address->ifa_addr, sizeof(ip));
    memcpy(&mask, address->ifa_netmask, sizeof(mask));
    return ntohl(ip.sin_addr.s_addr) == network->gateway && ntohl(mask.sin_addr.s_addr) == network->mask;
}

static bool has_gateway(const struct network *network)
{
    struct ifaddrs *addresses;
    bool found = false;

    if (getifaddrs(&addresses) < 0)
        return false;
    for (const struct ifaddrs *one = addresses; one && !found; one = one->ifa_next)
        found = is_gateway(one, network);
    freeifaddrs(addresses);
    return found;
}

static int refuse_absent(const struct network *network)
{
    char gateway[IPV4_TEXT_SIZE];

    log_error("network", "no %s network with the gateway %s is up, and to make one needs root: "
              "run vmnet-helper with sudo, or have root keep the network up (man vmnet-helper, WITHOUT SUDO)",
              network->mode == MODE_SHARED ? "shared" : "host", ipv4_format(network->gateway, gateway));
    return -1;
}

int visitor_find(struct network *network, struct nl_sock *socket)
{
    struct link_facts facts;
    bool bridged = network->mode == MODE_BRIDGED;
    bool is_ours = strncmp(network->bridge, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) == 0;

    if (bridged && is_ours) {
        log_error("network", "%s is the bridge of a shared or host network: "
                  "use --operation-mode shared or host to join it", network->bridge);
        return -1;
    }
    if (link_find(socket, network->bridge, &facts) < 0 || (!bridged && !has_gateway(network))) {
        if (!bridged)
            return refuse_absent(network);
        log_error("network", "there is no interface \"%s\": "
                  "vmnet-helper --list-shared-interfaces prints those that can be joined", network->bridge);
        return -1;
    }
    if (strcmp(facts.kind, "bridge") != 0) {
        log_error("network", "%s is no Linux bridge, and only these can be joined without root: "
                  "run vmnet-helper with sudo", network->bridge);
        return -1;
    }
    network->attachment = ATTACH_BRIDGE;
    network->mtu = facts.mtu;
    return 0;
}

int visitor_join(const struct network *network, struct nl_sock *socket, const struct network_port *port)
{
    struct link_facts bridge;
    int error = link_find(socket, network->bridge, &bridge);

    if (error == 0)
        error = link_add_port(socket, port->tap, &bridge, port->isolated);
    if (error < 0)
        log_error("network", "cannot add %s to bridge %s: %s", port->tap, network->bridge, nl_geterror(error));
    return error < 0 ? -1 : 0;
}
