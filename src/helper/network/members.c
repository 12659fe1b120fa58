#include "helper/network/members.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/network/forwarding.h"
#include "helper/network/gateway.h"
#include "helper/network/link.h"
#include "helper/network/openvswitch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MEMBER "member:"

struct sweep {
    struct nl_sock *socket;
    unsigned left;
    bool failed;
};

/* A file beside the member's. */
static void port_mark(char *name, size_t size, const char *tap)
{
    text_format(name, size, "openvswitch:%s", tap);
}

int members_mark_port(int network, const char *tap)
{
    char mark[64];

    port_mark(mark, sizeof(mark), tap);
    return state_write(network, mark, "");
}

static int drop_port(int network, const char *tap)
{
    char mark[64];

    port_mark(mark, sizeof(mark), tap);
    if (faccessat(network, mark, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    if (openvswitch_remove_port(tap) < 0)
        return -1;
    unlinkat(network, mark, 0);
    return 0;
}

/* A TAP goes with the process that holds it; a macvtap and a switch's port stay. */
int members_drop(int network, const char *tap, struct nl_sock *socket)
{
    struct link_facts facts;
    int error = link_find(socket, tap, &facts);

    if (error == 0 && strcmp(facts.kind, "macvtap") == 0)
        error = link_delete(socket, tap);
    if (error < 0 && !link_is_missing(error))
        return -1;
    return drop_port(network, tap) < 0 ? -1 : state_member_remove(network, tap);
}

static void sweep_one(int network, const char *tap, void *context)
{
    struct sweep *sweep = context;

    if (state_member_lives(network, tap)) {
        sweep->left++;
        return;
    }
    log_debug("network", "%s was left by a helper that is gone", tap);
    if (members_drop(network, tap, sweep->socket) < 0)
        sweep->failed = true;
}

static void find_shared(int folder, const char *name, void *context)
{
    if (strncmp(name, NETWORK_BRIDGE_START "s", strlen(NETWORK_BRIDGE_START "s")) == 0)
        *(bool *)context = true;
}

int members_close(const struct state *state, const char *bridge, struct nl_sock *socket)
{
    char state_dir[128];
    bool shared_left = false;
    int result = 1;
    int network = state_network_open(state, bridge, false);

    if (network < 0 && errno != ENOENT) {
        log_error("network", "cannot read the state of %s: %s", bridge, strerror(errno));
        return -1;
    }
    if (network >= 0) {
        struct sweep sweep = {.socket = socket};
        if (state_each(network, MEMBER, sweep_one, &sweep) < 0) {
            log_error("network", "cannot read the state of %s: %s", bridge, strerror(errno));
            sweep.failed = true;
        }
        close(network);
        if (sweep.left || sweep.failed)
            return sweep.failed ? -1 : 0;
    }
    /* A bridge that was there before us carries another name, and stays. */
    if (strncmp(bridge, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) == 0) {
        text_format(state_dir, sizeof(state_dir), STATE_ROOT "/%lu/%s", state->namespace, bridge);
        /* With its state it can be tried again: by the keeper, the next helper, --cleanup. */
        if (gateway_remove(bridge, state_dir, socket) < 0)
            return -1;
    }
    if (state_network_remove(state, bridge) < 0) {
        log_error("network", "cannot remove %s/%lu/%s: %s", STATE_ROOT, state->namespace, bridge, strerror(errno));
        result = -1;
    }
    if (state_each(state->fd, "", find_shared, &shared_left) == 0 && !shared_left)
        forwarding_restore(state, socket);
    return result;
}
