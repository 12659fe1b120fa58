#include "helper/network/gateway.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/network/dnsmasq.h"
#include "helper/network/forwarding.h"
#include "helper/network/link.h"
#include "helper/network/nat.h"
#include "helper/network/sysctl.h"

#include <string.h>

static int failed(const struct network *network, const char *what, int error)
{
    log_error("network", "cannot %s bridge %s: %s", what, network->bridge, nl_geterror(error));
    return -1;
}

/* Its MAC is its own and fixed: guests keep it in their ARP tables when ports come and go. */
static int make_bridge(const struct network *network, struct nl_sock *socket)
{
    char seed[128];
    uint8_t mac[MAC_SIZE];
    int error;

    text_format(seed, sizeof(seed), "vmnet-helper bridge %s", network->state_dir);
    mac_from_seed(seed, strlen(seed), mac);
    if ((error = link_make_bridge(socket, network->bridge, mac)) < 0)
        return failed(network, error == -NLE_OPNOTSUPP ? "(does the kernel have bridges?) make" : "make", error);

    /* The gateway takes no address and no router from its guests, and needs no time to find out
     * whether somebody else has its addresses. */
    sysctl_set("ipv6", network->bridge, "accept_ra", 0);
    sysctl_set("ipv6", network->bridge, "accept_dad", 0);
    sysctl_set("ipv6", network->bridge, "disable_ipv6", 0);
    sysctl_set("ipv4", network->bridge, "accept_redirects", 0);
    sysctl_set("ipv4", network->bridge, "send_redirects", 0);
    return 0;
}

static int add_addresses(const struct network *network, struct nl_sock *socket)
{
    char address[IPV4_TEXT_SIZE], text[64];
    int error;

    text_format(text, sizeof(text), "%s/%u", ipv4_format(network->gateway, address), ipv4_prefix_length(network->mask));
    if ((error = link_add_address(socket, network->bridge, text)) < 0)
        return failed(network, "give the gateway's address to", error);
    if (network->prefix6[0]) {
        text_format(text, sizeof(text), "%s1/64", network->prefix6);
        if ((error = link_add_address(socket, network->bridge, text)) < 0)
            return failed(network, "give the gateway's IPv6 address to", error);
    }
    if ((error = link_set_up(socket, network->bridge)) < 0)
        return failed(network, "set up", error);
    return 0;
}

int gateway_make(const struct network *network, const struct state *state, struct nl_sock *socket)
{
    if (!link_exists(socket, network->bridge) &&
        (make_bridge(network, socket) < 0 || add_addresses(network, socket) < 0))
        return -1;
    if (nat_make(network) < 0)
        return -1;
    if (network->mode == MODE_SHARED && forwarding_enable(state, socket, network->bridge) < 0)
        return -1;
    return dnsmasq_start(network);
}

bool gateway_is_complete(const struct network *network, struct nl_sock *socket)
{
    return link_exists(socket, network->bridge) && dnsmasq_runs(network->state_dir);
}

int gateway_remove(const char *bridge, const char *state_dir, struct nl_sock *socket)
{
    int result = dnsmasq_stop(state_dir);

    if (nat_remove(bridge) < 0)
        result = -1;
    int error = link_delete(socket, bridge);
    if (error < 0) {
        log_error("network", "cannot remove bridge %s: %s", bridge, nl_geterror(error));
        result = -1;
    }
    return result;
}
