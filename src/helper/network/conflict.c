#include "helper/network/conflict.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/route/addr.h>
#include <netlink/route/route.h>
#include <string.h>

/* A VPN may write the default route as two halves, 0.0.0.0/1 and 128.0.0.0/1. */
enum { DEFAULT_ROUTE_BITS = 1 };

static uint32_t mask_of(unsigned bits)
{
    return bits ? ~UINT32_C(0) << (32 - bits) : 0;
}

/* Two subnets overlap if they are the same in the bits that both have. */
static bool overlaps(const struct network *network, struct nl_addr *other)
{
    uint32_t address;

    if (!other || nl_addr_get_family(other) != AF_INET || nl_addr_get_len(other) != sizeof(address))
        return false;
    memcpy(&address, nl_addr_get_binary_addr(other), sizeof(address));
    return !((ntohl(address) ^ network->gateway) & network->mask & mask_of(nl_addr_get_prefixlen(other)));
}

static void report(const struct network *network, const char *what, const struct nl_addr *other, int index)
{
    char name[IFNAMSIZ] = "?", text[64], address[IPV4_TEXT_SIZE];

    if (index)
        if_indextoname((unsigned)index, name);
    log_error("network", "subnet %s/%u is in use: interface %s has the %s %s; "
              "choose another with --start-address, --end-address and --subnet-mask",
              ipv4_format(network->gateway & network->mask, address), ipv4_prefix_length(network->mask), name, what,
              nl_addr2str(other, text, sizeof(text)));
}

static int check_addresses(struct nl_sock *socket, const struct network *network)
{
    struct nl_cache *cache;
    int result = 0, error = rtnl_addr_alloc_cache(socket, &cache);

    if (error < 0) {
        log_error("network", "cannot list the host's addresses: %s", nl_geterror(error));
        return -1;
    }
    for (struct nl_object *object = nl_cache_get_first(cache); object && !result; object = nl_cache_get_next(object)) {
        struct rtnl_addr *address = (struct rtnl_addr *)object;
        if (overlaps(network, rtnl_addr_get_local(address))) {
            report(network, "address", rtnl_addr_get_local(address), rtnl_addr_get_ifindex(address));
            result = -1;
        }
    }
    nl_cache_free(cache);
    return result;
}

static int check_routes(struct nl_sock *socket, const struct network *network)
{
    struct nl_cache *cache;
    int result = 0, error = rtnl_route_alloc_cache(socket, AF_INET, 0, &cache);

    if (error < 0) {
        log_error("network", "cannot list the host's routes: %s", nl_geterror(error));
        return -1;
    }
    for (struct nl_object *object = nl_cache_get_first(cache); object && !result; object = nl_cache_get_next(object)) {
        struct rtnl_route *route = (struct rtnl_route *)object;
        struct nl_addr *destination = rtnl_route_get_dst(route);
        struct rtnl_nexthop *hop = rtnl_route_nexthop_n(route, 0);
        if (rtnl_route_get_table(route) == RT_TABLE_LOCAL || !destination ||
            nl_addr_get_prefixlen(destination) <= DEFAULT_ROUTE_BITS || !overlaps(network, destination))
            continue;
        report(network, "route", destination, hop ? rtnl_route_nh_get_ifindex(hop) : 0);
        result = -1;
    }
    nl_cache_free(cache);
    return result;
}

int conflict_check(struct nl_sock *socket, const struct network *network)
{
    return check_addresses(socket, network) < 0 || check_routes(socket, network) < 0 ? -1 : 0;
}
