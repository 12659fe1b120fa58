#include "helper/network/link.h"
#include "common/text.h"

#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/macvtap.h>
#include <string.h>

struct nl_sock *link_connect(void)
{
    struct nl_sock *socket = nl_socket_alloc();

    if (socket && nl_connect(socket, NETLINK_ROUTE) < 0) {
        nl_socket_free(socket);
        return NULL;
    }
    return socket;
}

static void facts_fill(struct link_facts *facts, struct rtnl_link *link)
{
    const char *kind = rtnl_link_get_type(link);
    struct nl_addr *mac = rtnl_link_get_addr(link);

    memset(facts, 0, sizeof(*facts));
    facts->index = rtnl_link_get_ifindex(link);
    facts->master = rtnl_link_get_master(link);
    facts->mtu = rtnl_link_get_mtu(link);
    facts->loopback = rtnl_link_get_flags(link) & IFF_LOOPBACK;
    facts->ethernet = rtnl_link_get_arptype(link) == ARPHRD_ETHER;
    text_copy(facts->name, sizeof(facts->name), rtnl_link_get_name(link));
    text_copy(facts->kind, sizeof(facts->kind), kind ? kind : "");
    if (mac && nl_addr_get_len(mac) == MAC_SIZE)
        memcpy(facts->mac, nl_addr_get_binary_addr(mac), MAC_SIZE);
}

/* Of some failures (ENOBUFS) the library tells nothing, and gives no link. */
static int get(struct nl_sock *socket, const char *name, struct rtnl_link **link)
{
    *link = NULL;
    int error = rtnl_link_get_kernel(socket, 0, name, link);

    return error == 0 && !*link ? -NLE_FAILURE : error;
}

int link_find(struct nl_sock *socket, const char *name, struct link_facts *facts)
{
    struct rtnl_link *link;
    int error = get(socket, name, &link);

    if (error < 0)
        return error;
    facts_fill(facts, link);
    rtnl_link_put(link);
    return 0;
}

bool link_exists(struct nl_sock *socket, const char *name)
{
    struct link_facts facts;
    return link_find(socket, name, &facts) == 0;
}

int link_each(struct nl_sock *socket, void (*visit)(const struct link_facts *facts, void *context), void *context)
{
    struct nl_cache *cache;
    struct link_facts facts;
    int error = rtnl_link_alloc_cache(socket, AF_UNSPEC, &cache);

    if (error < 0)
        return error;
    for (struct nl_object *object = nl_cache_get_first(cache); object; object = nl_cache_get_next(object)) {
        facts_fill(&facts, (struct rtnl_link *)object);
        visit(&facts, context);
    }
    nl_cache_free(cache);
    return 0;
}

static void set_mac(struct rtnl_link *link, const uint8_t mac[MAC_SIZE])
{
    struct nl_addr *address = nl_addr_build(AF_LLC, mac, MAC_SIZE);

    if (address) {
        rtnl_link_set_addr(link, address);
        nl_addr_put(address);
    }
}

static int make(struct nl_sock *socket, struct rtnl_link *link, const char *name, const uint8_t mac[MAC_SIZE])
{
    rtnl_link_set_name(link, name);
    set_mac(link, mac);
    int error = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
    rtnl_link_put(link);
    return error;
}

int link_make_bridge(struct nl_sock *socket, const char *name, const uint8_t mac[MAC_SIZE])
{
    struct rtnl_link *link = rtnl_link_bridge_alloc();

    return link ? make(socket, link, name, mac) : -NLE_NOMEM;
}

int link_make_macvtap(struct nl_sock *socket, const char *name, const char *parent, const uint8_t mac[MAC_SIZE])
{
    struct link_facts facts;
    int error = link_find(socket, parent, &facts);
    if (error < 0)
        return error;

    struct rtnl_link *link = rtnl_link_macvtap_alloc();
    if (!link)
        return -NLE_NOMEM;
    rtnl_link_set_link(link, facts.index);
    rtnl_link_set_mtu(link, facts.mtu);
    rtnl_link_macvtap_set_mode(link, (uint32_t)rtnl_link_macvtap_str2mode("bridge"));
    return make(socket, link, name, mac);
}

bool link_is_missing(int error)
{
    return error == -NLE_OBJ_NOTFOUND || error == -NLE_NODEV;
}

int link_delete(struct nl_sock *socket, const char *name)
{
    struct link_facts facts;
    int error = link_find(socket, name, &facts);
    if (error < 0)
        return link_is_missing(error) ? 0 : error;

    struct rtnl_link *link = rtnl_link_alloc();
    if (!link)
        return -NLE_NOMEM;
    rtnl_link_set_ifindex(link, facts.index);
    error = rtnl_link_delete(socket, link);
    rtnl_link_put(link);
    return link_is_missing(error) ? 0 : error;
}

/* Send what prepare set in a link of this name. */
static int change(struct nl_sock *socket, const char *name, struct rtnl_link *wanted)
{
    struct rtnl_link *link;
    int error = get(socket, name, &link);

    if (error == 0) {
        error = rtnl_link_change(socket, link, wanted, 0);
        rtnl_link_put(link);
    }
    rtnl_link_put(wanted);
    return error;
}

int link_set_up(struct nl_sock *socket, const char *name)
{
    struct rtnl_link *wanted = rtnl_link_alloc();

    if (!wanted)
        return -NLE_NOMEM;
    rtnl_link_set_flags(wanted, IFF_UP);
    return change(socket, name, wanted);
}

int link_set_mtu(struct nl_sock *socket, const char *name, unsigned mtu)
{
    struct rtnl_link *wanted = rtnl_link_alloc();

    if (!wanted)
        return -NLE_NOMEM;
    rtnl_link_set_mtu(wanted, mtu);
    return change(socket, name, wanted);
}

int link_set_mac(struct nl_sock *socket, const char *name, const uint8_t mac[MAC_SIZE])
{
    struct rtnl_link *wanted = rtnl_link_alloc();

    if (!wanted)
        return -NLE_NOMEM;
    set_mac(wanted, mac);
    return change(socket, name, wanted);
}

/* By hand: libnl 3.7 does not know this port flag. */
static int set_isolated(struct nl_sock *socket, int index)
{
    struct ifinfomsg header = {.ifi_family = AF_BRIDGE, .ifi_index = index};
    struct nl_msg *message = nlmsg_alloc_simple(RTM_SETLINK, NLM_F_REQUEST);
    struct nlattr *port;

    if (!message)
        return -NLE_NOMEM;
    if (nlmsg_append(message, &header, sizeof(header), NLMSG_ALIGNTO) < 0 ||
        !(port = nla_nest_start(message, IFLA_PROTINFO | NLA_F_NESTED)) ||
        nla_put_u8(message, IFLA_BRPORT_ISOLATED, 1) < 0) {
        nlmsg_free(message);
        return -NLE_NOMEM;
    }
    nla_nest_end(message, port);
    return nl_send_sync(socket, message);
}

int link_add_port(struct nl_sock *socket, const char *name, const struct link_facts *bridge, bool isolated)
{
    struct link_facts facts;
    struct rtnl_link *wanted = rtnl_link_alloc();
    int error;

    if (!wanted)
        return -NLE_NOMEM;
    rtnl_link_set_mtu(wanted, bridge->mtu);
    rtnl_link_set_master(wanted, bridge->index);
    if ((error = change(socket, name, wanted)) < 0 || (error = link_find(socket, name, &facts)) < 0)
        return error;
    /* Before it is up: no frame may pass that isolation would have stopped. */
    if (isolated && (error = set_isolated(socket, facts.index)) < 0)
        return error;
    return link_set_up(socket, name);
}

int link_add_address(struct nl_sock *socket, const char *name, const char *address)
{
    struct link_facts facts;
    struct nl_addr *local = NULL;
    struct rtnl_addr *added = rtnl_addr_alloc();
    int error = added ? link_find(socket, name, &facts) : -NLE_NOMEM;

    if (error == 0)
        error = nl_addr_parse(address, AF_UNSPEC, &local);
    if (error == 0) {
        rtnl_addr_set_ifindex(added, facts.index);
        error = rtnl_addr_set_local(added, local);
    }
    if (error == 0) {
        if (nl_addr_get_family(local) == AF_INET6)
            rtnl_addr_set_flags(added, IFA_F_NODAD);
        error = rtnl_addr_add(socket, added, 0);
    }
    if (local)
        nl_addr_put(local);
    if (added)
        rtnl_addr_put(added);
    return error;
}
