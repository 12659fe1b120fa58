#include "common/ipv4.h"
#include "common/log.h"
#include "common/sha256.h"
#include "common/text.h"
#include "helper/network/network.h"
#include "helper/network/state.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static bool fill_addresses(struct network *network, const struct interface_config *config)
{
    if (config->has_addresses) {
        network->gateway = config->start_address;
        network->end = config->end_address;
        network->mask = config->subnet_mask;
    } else {
        unsigned third = config->mode == MODE_SHARED ? 105 : 106;
        network->gateway = ADDRESS(192, 168, third, 1);
        network->end = ADDRESS(192, 168, third, 254);
        network->mask = ADDRESS(255, 255, 255, 0);
    }
    if (network->end > network->gateway)
        return true;
    log_error("network", "no address is left for a VM: "
              "--end-address must be above --start-address, which is the gateway's");
    return false;
}

/* fd, and 56 bits that belong to this host, namespace and network (RFC 4193). Empty where the
 * kernel has no IPv6. */
static void fill_prefix6(struct network *network)
{
    char seed[160], machine[64] = "";
    uint8_t digest[SHA256_SIZE];
    struct in6_addr prefix = {0};

    if (access("/proc/sys/net/ipv6", F_OK) < 0)
        return;
    state_read(AT_FDCWD, "/etc/machine-id", machine, sizeof(machine));
    text_format(seed, sizeof(seed), "vmnet-helper nat66 %s %lu %s", machine, state_namespace(), network->bridge);
    sha256(seed, strlen(seed), digest);
    digest[0] = 0xfd;
    memcpy(&prefix, digest, 8);
    inet_ntop(AF_INET6, &prefix, network->prefix6, sizeof(network->prefix6));
}

int network_describe(struct network *network, const struct interface_config *config)
{
    memset(network, 0, sizeof(*network));
    network->mode = config->mode;
    if (config->mode == MODE_BRIDGED) {
        if (!text_copy(network->bridge, sizeof(network->bridge), config->shared_interface) || !network->bridge[0] ||
            strchr(network->bridge, '/') || network->bridge[0] == '.') {
            log_error("network", "there is no interface \"%s\": "
                      "vmnet-helper --list-shared-interfaces prints those that can be joined",
                      config->shared_interface);
            return -1;
        }
    } else {
        if (!fill_addresses(network, config))
            return -1;
        text_format(network->bridge, sizeof(network->bridge), NETWORK_BRIDGE_START "%c%08x%02x",
                    config->mode == MODE_SHARED ? 's' : 'h', network->gateway & network->mask,
                    ipv4_prefix_length(network->mask));
        fill_prefix6(network);
    }
    unsigned long namespace = state_namespace();
    if (!namespace) {
        log_error("network", "cannot tell the network namespace: is /proc mounted?");
        return -1;
    }
    text_format(network->state_dir, sizeof(network->state_dir), STATE_ROOT "/%lu/%s", namespace, network->bridge);
    return 0;
}
