#include "helper/network/forwarding.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/network/forwarding_ipv6.h"
#include "helper/network/network.h"
#include "helper/network/sysctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/route/route.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RECORD "forwarding:"
#define RECORD_SIZE 80

/* Set a switch to 1; its value before, and that of the whole host, are recorded the first time. */
static int switch_on(const struct state *state, const char *family, const char *interface, const char *key)
{
    char name[RECORD_SIZE], text[32];
    int before = sysctl_get(family, interface, key);

    if (before == 1)
        return 0;
    if (before < 0)
        return errno == ENOENT ? 0 : -1;
    text_format(name, sizeof(name), RECORD "%s:%s:%s", family, key, interface);
    text_format(text, sizeof(text), "%d %d\n", before, sysctl_get(family, "all", key));
    if (state_read(state->fd, name, (char[64]){0}, 64) < 0 && state_write(state->fd, name, text) < 0)
        return -1;
    return sysctl_set(family, interface, key, 1);
}

/* Is the host reached through this route: no link-local one, no other network of ours? */
static bool leads_outside(struct rtnl_route *route, char name[IFNAMSIZ])
{
    struct nl_addr *destination = rtnl_route_get_dst(route);
    struct rtnl_nexthop *hop = rtnl_route_nexthop_n(route, 0);

    if (rtnl_route_get_table(route) != RT_TABLE_MAIN || rtnl_route_get_type(route) != RTN_UNICAST || !hop ||
        !if_indextoname((unsigned)rtnl_route_nh_get_ifindex(hop), name))
        return false;
    if (rtnl_route_get_family(route) == AF_INET6 && destination && nl_addr_get_prefixlen(destination) &&
        IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)nl_addr_get_binary_addr(destination)))
        return false;
    return strcmp(name, "lo") != 0 && strncmp(name, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) != 0;
}

static int switch_on_uplinks(const struct state *state, struct nl_sock *socket, int family, const char *key)
{
    struct nl_cache *cache;
    char name[IFNAMSIZ];
    int result = 0;

    if (rtnl_route_alloc_cache(socket, family, 0, &cache) < 0) {
        errno = EIO;
        return -1;
    }
    for (struct nl_object *object = nl_cache_get_first(cache); object && !result; object = nl_cache_get_next(object))
        if (leads_outside((struct rtnl_route *)object, name))
            result = switch_on(state, family == AF_INET ? "ipv4" : "ipv6", name, key);
    nl_cache_free(cache);
    return result;
}

/* Since Linux 6.17 IPv6 has a switch per interface, as IPv4 always had; before, one for the host. */
static int enable_ipv6(const struct state *state, struct nl_sock *socket, const char *bridge)
{
    if (sysctl_get("ipv6", bridge, "forwarding") < 0)
        return 0; /* no IPv6 here */
    if (forwarding_ipv6_make_router(socket, bridge) < 0)
        return -1;
    if (sysctl_set("ipv6", bridge, "force_forwarding", 1) == 0)
        return switch_on_uplinks(state, socket, AF_INET6, "force_forwarding");
    if (sysctl_get("ipv6", "all", "forwarding") == 1)
        return 0;
    if (state_write(state->fd, RECORD "ipv6:forwarding:all", "0 0\n") < 0)
        return -1;
    return forwarding_ipv6_switch_host(socket, 1);
}

int forwarding_enable(const struct state *state, struct nl_sock *socket, const char *bridge)
{
    if (sysctl_set("ipv4", bridge, "forwarding", 1) == 0 &&
        switch_on_uplinks(state, socket, AF_INET, "forwarding") == 0 && enable_ipv6(state, socket, bridge) == 0)
        return 0;
    log_error("network", "cannot switch on IP forwarding for %s: %s; is /proc/sys writable here?", bridge,
              strerror(errno));
    return -1;
}

struct restore {
    struct nl_sock *socket;
};

static void restore_one(int folder, const char *rest, void *context)
{
    const struct restore *restore = context;
    char name[RECORD_SIZE], text[32], family[8], key[24];
    int before, before_all, used = 0;

    if (!text_format(name, sizeof(name), RECORD "%s", rest) || state_read(folder, name, text, sizeof(text)) < 0)
        return;
    if (sscanf(text, "%d %d", &before, &before_all) == 2 &&
        sscanf(rest, "%7[^:]:%23[^:]:%n", family, key, &used) == 2 && used) {
        const char *interface = rest + used;
        if (strcmp(interface, "all") == 0)
            forwarding_ipv6_switch_host(restore->socket, before);
        else if (sysctl_get(family, "all", key) == before_all)
            sysctl_set(family, interface, key, before);
    }
    unlinkat(folder, name, 0);
}

void forwarding_restore(const struct state *state, struct nl_sock *socket)
{
    struct restore restore = {.socket = socket};
    state_each(state->fd, RECORD, restore_one, &restore);
}
