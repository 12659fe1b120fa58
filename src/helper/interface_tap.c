#include "helper/interface.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/interface_tap.h"
#include "helper/keeper.h"
#include "helper/network/link.h"
#include "helper/network/macvtap.h"
#include "helper/network/network.h"
#include "helper/network/sysctl.h"
#include "helper/network/visitor.h"

#include <cap-ng.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

/* How long a full transmit queue may hold up a frame before it is dropped. */
enum { WRITE_MS = 10 };

struct interface {
    int fd;   /* TAP or macvtap: a frame a read or write, its virtio header before it */
    int wake; /* eventfd */
    struct keeper keeper;
};

static bool may_administer_network(void)
{
    if (capng_get_caps_process() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
        return true;
    log_error("interface", "opening a network interface needs root (CAP_NET_ADMIN): run vmnet-helper with sudo");
    return false;
}

/* Not the guest's address, which the bridge must learn, and higher than any other port's, so that
 * no bridge takes it for its own: the lowest wins. */
static void tap_mac(const struct interface_config *config, uint8_t mac[MAC_SIZE])
{
    uint8_t seed[3 + ID_SIZE] = "tap";

    memcpy(seed + 3, config->id, ID_SIZE);
    mac_from_seed(seed, sizeof(seed), mac);
    mac[0] = 0xfe;
}

static int tap_make(const char *name, const struct interface_config *config, struct nl_sock *socket)
{
    uint8_t mac[MAC_SIZE];
    int fd = tap_open(name);

    if (fd < 0)
        return -1;
    tap_mac(config, mac);
    /* The host has no address on it, nor does it look for one there. */
    sysctl_set("ipv6", name, "disable_ipv6", 1);
    int error = link_set_mac(socket, name, mac);
    if (error < 0) {
        log_error("interface", "cannot set the address of %s: %s", name, nl_geterror(error));
        close(fd);
        return -1;
    }
    return fd;
}

static void fill_info(struct interface_info *info, const struct interface_config *config, const struct network *network,
                      const uint8_t mac[MAC_SIZE], const char *name)
{
    memset(info, 0, sizeof(*info));
    memcpy(info->mac, mac, MAC_SIZE);
    memcpy(info->id, config->id, ID_SIZE);
    info->has_addresses = config->mode != MODE_BRIDGED;
    info->start_address = network->gateway;
    info->end_address = network->end;
    info->subnet_mask = network->mask;
    info->has_nat66_prefix = config->mode == MODE_SHARED && network->prefix6[0];
    if (info->has_nat66_prefix)
        text_copy(info->nat66_prefix, sizeof(info->nat66_prefix), network->prefix6);
    info->mtu = network->mtu;
    info->virtio_headers = true;
    info->complete_frames = network->attachment == ATTACH_USERSPACE;
    info->max_packet_size = config->tso ? FRAME_MAX : network->mtu + FRAME_HEADER;
    info->read_max_packets = info->write_max_packets = BATCH_MAX;
    text_copy(info->name, sizeof(info->name), name);
}

/* All but the keeper, which is there already. What fails leaves the rest to interface_stop(). */
static int open_all(struct interface *interface, const struct interface_config *config, struct network *network,
                    const char *name, const uint8_t mac[MAC_SIZE], struct nl_sock *socket)
{
    char id[ID_TEXT_SIZE];
    struct network_port port = {name, id_format(config->id, id), mac, config->isolation};

    if (visitor_is()) {
        if (visitor_find(network, socket) < 0)
            return -1;
    } else if (network->mode == MODE_BRIDGED && shared_interface_find(network, socket) < 0) {
        return -1;
    }
    bool macvtap = network->attachment == ATTACH_MACVTAP;
    if (network->attachment == ATTACH_USERSPACE && (config->tso || config->checksum_offload)) {
        log_error("interface", "%s is an Open vSwitch bridge with datapath netdev, which takes no super-frames and "
                  "partial checksums: leave out --enable-tso and --enable-checksum-offload", network->bridge);
        return -1;
    }
    if (!macvtap && (interface->fd = tap_make(name, config, socket)) < 0)
        return -1;
    if ((visitor_is() ? visitor_join(network, socket, &port) : network_join(network, &port)) < 0)
        return -1;
    if (macvtap && (interface->fd = macvtap_open(socket, name, network->bridge, mac)) < 0)
        return -1;
    if ((interface->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
        log_error("interface", "cannot make an eventfd: %s", strerror(errno));
        return -1;
    }
    return tap_set_offload(interface->fd, config);
}

struct interface *interface_start(const struct interface_config *config, struct interface_info *info)
{
    struct network network;
    uint8_t mac[MAC_SIZE];
    char name[IFNAMSIZ];

    if (!may_administer_network() || network_describe(&network, config) < 0)
        return NULL;
    struct interface *interface = malloc(sizeof(*interface));
    struct nl_sock *socket = link_connect();
    if (!interface || !socket) {
        log_error("interface", "cannot open a netlink socket");
        goto failed;
    }
    *interface = (struct interface){.fd = -1, .wake = -1, .keeper = {-1, -1}};
    mac_from_seed(config->id, ID_SIZE, mac);
    text_format(name, sizeof(name), "vmt%d", (int)getpid());

    if (!visitor_is() && keeper_start(&interface->keeper, &network, name) < 0)
        goto failed;
    if (open_all(interface, config, &network, name, mac, socket) < 0) {
        interface_stop(interface);
        nl_socket_free(socket);
        return NULL;
    }
    fill_info(info, config, &network, mac, name);
    nl_socket_free(socket);
    return interface;

failed:
    if (socket)
        nl_socket_free(socket);
    free(interface);
    return NULL;
}

/* Returns 1 for a frame, 0 when there is none, -1 when the interface is gone. */
static int read_frame(struct interface *interface, struct frame *frame)
{
    struct iovec parts[2] = {{&frame->offload, sizeof(frame->offload)}, {frame->data, FRAME_BUFFER}};

    for (;;) {
        ssize_t count = readv(interface->fd, parts, 2);
        if (count > (ssize_t)sizeof(frame->offload)) {
            frame->length = (uint32_t)((size_t)count - sizeof(frame->offload));
            return 1;
        }
        if (count < 0 && errno == EINTR)
            continue;
        if (count >= 0 || errno == EAGAIN)
            return 0;
        log_error("interface", "the network interface is gone: %s", strerror(errno));
        return -1;
    }
}

static int read_batch(struct interface *interface, struct batch *batch)
{
    batch->count = 0;
    while (batch->count < BATCH_MAX) {
        int result = read_frame(interface, &batch->frames[batch->count]);
        if (result < 0)
            return batch->count ? (int)batch->count : -1;
        if (result == 0)
            break;
        batch->count++;
    }
    return (int)batch->count;
}

int interface_read(struct interface *interface, struct batch *batch, int timeout_ms)
{
    struct pollfd waits[2] = {{.fd = interface->fd, .events = POLLIN}, {.fd = interface->wake, .events = POLLIN}};
    uint64_t count;

    batch->count = 0;
    if (poll(waits, 2, timeout_ms) <= 0)
        return 0;
    if (waits[1].revents) {
        ssize_t taken = read(interface->wake, &count, sizeof(count));
        (void)taken;
    }
    return waits[0].revents ? read_batch(interface, batch) : 0;
}

/* Errors of one frame, or of a moment: the interface itself is well. EIO is a TAP that is down. */
static bool is_gone(int error)
{
    return error == EBADFD || error == ENODEV || error == ENXIO || error == ENOLINK || error == EBADF;
}

/* Returns 1 if it was taken, 0 if not, -1 when the interface is gone. */
static int write_gather(struct interface *interface, struct gather *gather)
{
    struct iovec *parts = gather->slices - 1;
    struct pollfd room = {.fd = interface->fd, .events = POLLOUT};
    bool waited = false;

    parts[0] = (struct iovec){&gather->offload, sizeof(gather->offload)};
    for (;;) {
        if (writev(interface->fd, parts, (int)gather->slice_count + 1) >= 0)
            return 1;
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN && !waited) {
            waited = true;
            poll(&room, 1, WRITE_MS);
            continue;
        }
        if (!is_gone(errno))
            return 0;
        log_error("interface", "the network interface is gone: %s", strerror(errno));
        return -1;
    }
}

int interface_write(struct interface *interface, struct gather_list *list)
{
    int taken = 0;

    for (unsigned i = 0; i < list->count; i++) {
        int result = write_gather(interface, &list->gathers[i]);
        if (result < 0)
            return -1;
        if (result > 0)
            taken += (int)list->gathers[i].frames;
    }
    return taken;
}

bool interface_takes_networks(void)
{
    return false;
}

/* Who can put a machine on the host's own network can pretend to be any other machine there. */
bool interface_restricts_bridges(void)
{
    return true;
}

bool interface_prefers_engine(void)
{
    return true;
}

void interface_wake(struct interface *interface)
{
    uint64_t one = 1;
    file_write_all(interface->wake, &one, sizeof(one));
}

/* The TAP first: the keeper finds the network without it. */
void interface_stop(struct interface *interface)
{
    if (interface->fd >= 0)
        close(interface->fd);
    if (interface->wake >= 0)
        close(interface->wake);
    if (interface->keeper.forwarder >= 0)
        keeper_stop(&interface->keeper);
    free(interface);
}
