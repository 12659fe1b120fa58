#include "helper/network/members.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/network/forwarding.h"
#include "helper/network/gateway.h"
#include "helper/network/link.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MEMBER "member:"

struct sweep {
    struct nl_sock *socket;
    unsigned left;
};

/* A TAP goes with the process that holds it; a macvtap stays. */
void members_drop(int network, const char *tap, struct nl_sock *socket)
{
    struct link_facts facts;

    if (link_find(socket, tap, &facts) == 0 && strcmp(facts.kind, "macvtap") == 0)
        link_delete(socket, tap);
    state_member_remove(network, tap);
}

static void sweep_one(int network, const char *tap, void *context)
{
    struct sweep *sweep = context;

    if (state_member_lives(network, tap)) {
        sweep->left++;
        return;
    }
    log_debug("network", "%s was left by a helper that is gone", tap);
    members_drop(network, tap, sweep->socket);
}

unsigned members_sweep(int network, struct nl_sock *socket)
{
    struct sweep sweep = {.socket = socket};

    state_each(network, MEMBER, sweep_one, &sweep);
    return sweep.left;
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

    if (network >= 0) {
        unsigned left = members_sweep(network, socket);
        close(network);
        if (left)
            return 0;
    }
    /* A bridge that was there before us carries another name, and stays. */
    if (strncmp(bridge, NETWORK_BRIDGE_START, strlen(NETWORK_BRIDGE_START)) == 0) {
        text_format(state_dir, sizeof(state_dir), STATE_ROOT "/%lu/%s", state_namespace(), bridge);
        if (gateway_remove(bridge, state_dir, socket) < 0)
            result = -1;
    }
    if (state_network_remove(state, bridge) < 0) {
        log_error("network", "cannot remove %s/%lu/%s: %s", STATE_ROOT, state_namespace(), bridge, strerror(errno));
        result = -1;
    }
    state_each(state->fd, "", find_shared, &shared_left);
    if (!shared_left)
        forwarding_restore(state, socket);
    return result;
}
