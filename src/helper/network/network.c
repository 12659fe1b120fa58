#include "helper/network/network.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/network/conflict.h"
#include "helper/network/forwarding.h"
#include "helper/network/gateway.h"
#include "helper/network/link.h"
#include "helper/network/members.h"
#include "helper/network/openvswitch.h"
#include "helper/network/state.h"
#include "helper/network/sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What join and leave work with: the locked state and a netlink socket. */
struct session {
    struct state state;
    struct nl_sock *socket;
};

static int session_open(struct session *session)
{
    if (state_open(&session->state) < 0)
        return -1;
    if ((session->socket = link_connect()))
        return 0;
    log_error("network", "cannot open a netlink socket");
    state_close(&session->state);
    return -1;
}

static int session_close(struct session *session)
{
    nl_socket_free(session->socket);
    return state_close(&session->state);
}

/* Answers to a request that failed half-way would be taken for those to later ones: what undoes it asks
 * by a new socket. */
static void session_renew(struct session *session)
{
    struct nl_sock *fresh = link_connect();

    if (!fresh)
        return;
    nl_socket_free(session->socket);
    session->socket = fresh;
}

struct stale {
    struct session *session;
    unsigned removed;
    bool failed;
};

/* Networks are folders; files are the namespace's own. */
static void close_stale(int folder, const char *name, void *context)
{
    struct stale *stale = context;
    int fd = state_network_open(&stale->session->state, name, false);

    if (fd < 0)
        return;
    close(fd);
    int result = members_close(&stale->session->state, name, stale->session->socket);
    if (result < 0)
        stale->failed = true;
    else if (result > 0) {
        stale->removed++;
        log_info("network", "removed %s, which a killed helper left", name);
    }
}

static int remove_stale(struct session *session)
{
    struct stale stale = {.session = session};

    state_each(session->state.fd, "", close_stale, &stale);
    return stale.failed ? -1 : (int)stale.removed;
}

static void addresses_format(char *text, size_t size, const struct network *network)
{
    char gateway[IPV4_TEXT_SIZE], end[IPV4_TEXT_SIZE], mask[IPV4_TEXT_SIZE];

    text_format(text, size, "%s %s %s\n", ipv4_format(network->gateway, gateway), ipv4_format(network->end, end),
                ipv4_format(network->mask, mask));
}

/* The helpers of one network must mean the same one. */
static int check_addresses(const struct network *network, int folder)
{
    char ours[64], theirs[64];

    addresses_format(ours, sizeof(ours), network);
    if (state_read(folder, "network", theirs, sizeof(theirs)) < 0 || strcmp(ours, theirs) == 0)
        return 0;
    theirs[strcspn(theirs, "\n")] = '\0';
    log_error("network", "the network on this subnet runs with other addresses (start, end, mask: %s): "
              "use the same, or another subnet", theirs);
    return -1;
}

static int make_gateway(const struct network *network, struct session *session, int folder)
{
    char text[64];

    if (gateway_is_complete(network, session->socket))
        return 0;
    if (!link_exists(session->socket, network->bridge) && conflict_check(session->socket, network) < 0)
        return -1;
    addresses_format(text, sizeof(text), network);
    if (state_write(folder, "network", text) < 0) {
        log_error("network", "cannot write to %s: %s", network->state_dir, strerror(errno));
        return -1;
    }
    return gateway_make(network, &session->state, session->socket);
}

/* A TAP that a program behind the bridge reads is an interface of the host's, too: without addresses,
 * but Linux answers ARP requests for those of all others on it. */
static int add_openvswitch_port(const struct network *network, struct nl_sock *socket, int folder,
                                const struct network_port *port)
{
    int error = link_set_mtu(socket, port->tap, network->mtu);

    if (error == 0) {
        sysctl_set("ipv4", port->tap, "arp_ignore", 8);
        if (members_mark_port(folder, port->tap) < 0) {
            log_error("network", "cannot write to %s: %s", network->state_dir, strerror(errno));
            return -1;
        }
        if (openvswitch_add_port(network->bridge, port) < 0)
            return -1;
        /* Not before the switch knows what the port may do. */
        error = link_set_up(socket, port->tap);
    }
    if (error < 0)
        log_error("network", "cannot set up %s: %s", port->tap, nl_geterror(error));
    return error < 0 ? -1 : 0;
}

/* Bridges take the TAP as a port. The other kinds of --shared-interface have no TAP: a macvtap is
 * made by whoever opens it. */
static int add_tap(struct network *network, struct nl_sock *socket, int folder, const struct network_port *port)
{
    struct link_facts bridge;
    int error = link_find(socket, network->bridge, &bridge);

    if (error == 0) {
        network->mtu = bridge.mtu;
        if (network->attachment == ATTACH_OPENVSWITCH || network->attachment == ATTACH_USERSPACE)
            return add_openvswitch_port(network, socket, folder, port);
        if (network->attachment == ATTACH_BRIDGE)
            error = link_add_port(socket, port->tap, &bridge, port->isolated);
    }
    if (error < 0)
        log_error("network", "cannot add %s to bridge %s: %s", port->tap, network->bridge, nl_geterror(error));
    return error < 0 ? -1 : 0;
}

static int join(struct network *network, struct session *session, const struct network_port *port)
{
    int folder = state_network_open(&session->state, network->bridge, true);
    int result = -1;

    if (folder < 0) {
        log_error("network", "cannot make %s: %s", network->state_dir, strerror(errno));
        return -1;
    }
    if (network->mode != MODE_BRIDGED &&
        (check_addresses(network, folder) < 0 || make_gateway(network, session, folder) < 0))
        goto out;
    if (state_member_add(folder, port->tap) < 0) {
        log_error("network", "cannot write to %s: %s", network->state_dir, strerror(errno));
        goto out;
    }
    result = add_tap(network, session->socket, folder, port);
out:
    if (result < 0) {
        session_renew(session);
        members_drop(folder, port->tap, session->socket);
    }
    close(folder);
    if (result < 0)
        members_close(&session->state, network->bridge, session->socket);
    return result;
}

int network_join(struct network *network, const struct network_port *port)
{
    struct session session;

    if (session_open(&session) < 0)
        return -1;
    remove_stale(&session);
    int result = join(network, &session, port);
    session_close(&session);
    return result;
}

int network_leave(struct network *network, const char *tap)
{
    struct session session;
    int result = 0;

    if (session_open(&session) < 0)
        return -1;
    int folder = state_network_open(&session.state, network->bridge, false);
    if (folder >= 0) {
        int dropped = members_drop(folder, tap, session.socket);
        close(folder);
        result = dropped < 0 || members_close(&session.state, network->bridge, session.socket) < 0 ? -1 : 0;
    } else if (errno != ENOENT)
        result = -1;
    return session_close(&session) < 0 ? -1 : result;
}

int network_refresh(const struct network *network)
{
    struct session session;
    int result = 0;

    if (network->mode != MODE_SHARED)
        return 0;
    if (session_open(&session) < 0)
        return -1;
    if (link_exists(session.socket, network->bridge))
        result = forwarding_enable(&session.state, session.socket, network->bridge);
    session_close(&session);
    return result;
}

int network_cleanup(void)
{
    struct session session;

    if (session_open(&session) < 0)
        return -1;
    int removed = remove_stale(&session);
    session_close(&session);
    return removed;
}
