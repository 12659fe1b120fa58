#include "helper/forward.h"
#include "common/file.h"
#include "common/log.h"
#include "helper/checksum.h"
#include "helper/super_frame.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { UNFINISHED_MS = 5 };

static void tell_end(struct forward *forward, enum forward_end end)
{
    int expected = FORWARD_RUNS;
    char byte = 0;

    /* The first reason counts: the others follow from it. */
    atomic_compare_exchange_strong(&forward->end, &expected, (int)end);
    file_write_all(forward->ended[1], &byte, 1);
}

static bool is_stopping(const struct forward *forward)
{
    return atomic_load_explicit(&forward->stopping, memory_order_relaxed);
}

/* Take a frame out of the batch; its buffer stays there for later. */
static void remove_frame(struct batch *batch, unsigned index)
{
    struct frame removed = batch->frames[index];

    batch->count--;
    memmove(&batch->frames[index], &batch->frames[index + 1], (batch->count - index) * sizeof(removed));
    batch->frames[batch->count] = removed;
}

static uint64_t batch_bytes(const struct frame *frames, unsigned count)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < count; i++)
        bytes += frames[i].length;
    return bytes;
}

/* ---- Host to VM ---- */

static uint64_t mac_number(const uint8_t mac[MAC_SIZE])
{
    uint64_t number = 0;

    memcpy(&number, mac, MAC_SIZE);
    return number;
}

static void watch_lease(struct forward *forward, const struct frame *frame)
{
    struct lease lease;

    if (!lease_is_given(frame->data, frame->length, &lease) ||
        mac_number(lease.mac) != atomic_load_explicit(&forward->dhcp_client, memory_order_relaxed))
        return;
    if (forward->guard)
        guard_lease(forward->guard, lease.address);
    notify_address(forward->notify, &lease);
}

/* Super-frames that are going to be cut are complete only then. */
static bool prepare_frame_for_vm(const struct forward *forward, struct frame *frame)
{
    if (forward->engine && frame_is_super(frame))
        return frame_length_is_good(frame->length, FRAME_MAX);
    return frame_is_good(frame, forward->info->max_packet_size) && checksum_complete(frame) == 0;
}

static void prepare_for_vm(struct forward *forward, struct batch *batch)
{
    for (unsigned i = 0; i < batch->count;) {
        struct frame *frame = &batch->frames[i];
        if (!prepare_frame_for_vm(forward, frame)) {
            remove_frame(batch, i);
            stats_add(&forward->stats->host.bad, 1);
            continue;
        }
        watch_lease(forward, frame);
        i++;
    }
}

static int send_to_vm(struct forward *forward, const struct batch *batch)
{
    return batch->count ? delivery_send(&forward->delivery, batch, forward->engine)
                        : delivery_finish(&forward->delivery);
}

/* How long the rest of a frame that went in part may wait for the next frame to push it. */
static int read_timeout(const struct forward *forward)
{
    return forward->channel->unfinished ? UNFINISHED_MS : -1;
}

static void *host_to_vm(void *argument)
{
    struct forward *forward = argument;

    log_info("main", "host forwarding started");
    while (!is_stopping(forward)) {
        int count = interface_read(forward->interface, &forward->to_vm, read_timeout(forward));
        if (count < 0) {
            tell_end(forward, FORWARD_INTERFACE_GONE);
            break;
        }
        prepare_for_vm(forward, &forward->to_vm);
        if (forward->pcap)
            pcap_add(forward->pcap, &forward->to_vm);
        if (send_to_vm(forward, &forward->to_vm) < 0) {
            tell_end(forward, FORWARD_VM_GONE);
            break;
        }
    }
    return NULL;
}

/* ---- VM to host ---- */

static void watch_request(struct forward *forward, const struct frame *frame)
{
    uint8_t mac[MAC_SIZE];

    if (lease_is_request(frame->data, frame->length, mac))
        atomic_store_explicit(&forward->dhcp_client, mac_number(mac), memory_order_relaxed);
}

static void watch_neighbour(struct forward *forward, const struct frame *frame)
{
    uint8_t address[NEIGHBOUR_ADDRESS];

    if (neighbour_is_claimed(frame->data, frame->length, address) && neighbour_is_new(&forward->neighbours, address))
        notify_address6(forward->notify, address);
}

static bool prepare_frame(const struct forward *forward, struct frame *frame)
{
    if (!frame_is_good(frame, forward->info->max_packet_size))
        return false;
    memset(&frame->offload, 0, sizeof(frame->offload));
    /* Without virtio headers the network gets the frame as the VM left it: vmnet knows what to do. */
    if (!forward->info->virtio_headers || (!forward->tso && !forward->checksum_offload))
        return true;
    return super_frame_describe(frame, forward->info->mtu, forward->checksum_offload) == 0;
}

static void prepare_for_network(struct forward *forward, struct batch *batch)
{
    for (unsigned i = 0; i < batch->count;) {
        if (!prepare_frame(forward, &batch->frames[i])) {
            remove_frame(batch, i);
            stats_add(&forward->stats->vm.bad, 1);
            continue;
        }
        if (forward->guard && !guard_passes(forward->guard, batch->frames[i].data, batch->frames[i].length)) {
            remove_frame(batch, i);
            stats_add(&forward->stats->vm.guarded, 1);
            continue;
        }
        watch_request(forward, &batch->frames[i]);
        if (notify_is_on(forward->notify))
            watch_neighbour(forward, &batch->frames[i]);
        i++;
    }
}

/* Returns 0, or -1 if the interface is gone. */
static int write_to_network(struct forward *forward, struct batch *batch)
{
    struct stats_direction *stats = &forward->stats->vm;

    if (forward->pcap)
        pcap_add(forward->pcap, batch);
    prepare_for_network(forward, batch);
    if (batch->count == 0)
        return 0;
    /* A partial checksum cannot be told from a wrong one: such frames are not for joining. */
    if (forward->engine && !forward->checksum_offload && !forward->info->complete_frames)
        batch_coalesce(batch, &forward->gathers);
    else
        batch_gather(batch, &forward->gathers);
    int taken = interface_write(forward->interface, &forward->gathers);
    if (taken < 0)
        return -1;
    stats_add(&stats->packets, (uint64_t)taken);
    /* Which ones were refused is not told. */
    stats_add(&stats->bytes, batch_bytes(batch->frames, batch->count) * (uint64_t)taken / batch->count);
    stats_add(&stats->drops, batch->count - (unsigned)taken);
    stats_add((unsigned)taken == batch->count ? &stats->fast : &stats->slow, 1);
    return 0;
}

/* Returns 0, or -1 when the thread has to end; then its reason is told. */
static int receive_from_vm(struct forward *forward)
{
    struct pollfd ready[2] = {
        {.fd = forward->channel->fd, .events = POLLIN},
        {.fd = forward->wake[0], .events = POLLIN},
    };

    if (channel_receive(forward->channel, &forward->to_network) >= 0)
        return 0;
    if (channel_is_gone(errno)) {
        tell_end(forward, FORWARD_VM_GONE);
        return -1;
    }
    if (channel_is_full(errno)) {
        /* Shut down on our own side, by somebody who shares the descriptor: it stays readable for ever. */
        if (poll(ready, 2, -1) > 0 && (ready[0].revents & (POLLHUP | POLLNVAL))) {
            tell_end(forward, FORWARD_VM_GONE);
            return -1;
        }
        return 0;
    }
    if (errno == EINTR)
        return 0;
    log_error("main", "cannot receive from the VM: %s", strerror(errno));
    tell_end(forward, FORWARD_FAILED);
    return -1;
}

static void *vm_to_host(void *argument)
{
    struct forward *forward = argument;

    log_info("main", "vm forwarding started");
    do {
        if (write_to_network(forward, &forward->to_network) < 0) {
            tell_end(forward, FORWARD_INTERFACE_GONE);
            break;
        }
    } while (!is_stopping(forward) && receive_from_vm(forward) == 0);
    return NULL;
}

/* ---- Life ---- */

static int make_pipe(int ends[2])
{
    if (pipe(ends) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) < 0 || fcntl(ends[i], F_SETFL, O_NONBLOCK) < 0)
            return -1;
    return 0;
}

static void empty_pipe(int fd)
{
    char bytes[64];

    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}

int forward_create(struct forward *forward, const struct forward_parts *parts)
{
    memset(forward, 0, sizeof(*forward));
    forward->interface = parts->interface;
    forward->info = parts->info;
    forward->tso = parts->config->tso;
    forward->checksum_offload = parts->config->checksum_offload;
    forward->engine = parts->config->engine;
    forward->channel = parts->channel;
    forward->stats = parts->stats;
    forward->notify = parts->notify;
    forward->pcap = parts->pcap;
    forward->guard = parts->guard;
    forward->wake[0] = forward->wake[1] = forward->ended[0] = forward->ended[1] = -1;
    if (batch_create(&forward->to_vm) < 0 || batch_create(&forward->to_network) < 0 || make_pipe(forward->wake) < 0 ||
        make_pipe(forward->ended) < 0) {
        log_error("main", "cannot prepare forwarding: %s", strerror(errno));
        forward_destroy(forward);
        return -1;
    }
    return 0;
}

int forward_start(struct forward *forward, int fd)
{
    channel_open(forward->channel, fd);
    forward->delivery.channel = forward->channel;
    forward->delivery.stats = &forward->stats->host;
    forward->delivery.max_length = forward->info->max_packet_size;
    forward->delivery.stopping = &forward->stopping;
    forward->stopping = false;
    forward->end = FORWARD_RUNS;
    forward->dhcp_client = 0;
    forward->neighbours.count = 0;
    if (forward->guard)
        guard_begin(forward->guard);
    empty_pipe(forward->wake[0]);
    empty_pipe(forward->ended[0]);

    int error = pthread_create(&forward->threads[0], NULL, host_to_vm, forward);
    if (error == 0) {
        error = pthread_create(&forward->threads[1], NULL, vm_to_host, forward);
        if (error == 0) {
            forward->running = true;
            return 0;
        }
        forward->stopping = true;
        interface_wake(forward->interface);
        pthread_join(forward->threads[0], NULL);
    }
    log_error("main", "cannot start a thread: %s", strerror(error));
    return -1;
}

int forward_fd(const struct forward *forward)
{
    return forward->ended[0];
}

enum forward_end forward_end(const struct forward *forward)
{
    return (enum forward_end)atomic_load(&forward->end);
}

void forward_stop(struct forward *forward)
{
    char byte = 0;

    if (!forward->running)
        return;
    atomic_store(&forward->stopping, true);
    interface_wake(forward->interface);
    file_write_all(forward->wake[1], &byte, 1);
    pthread_join(forward->threads[0], NULL);
    pthread_join(forward->threads[1], NULL);
    forward->running = false;
    forward->to_network.count = 0;
}

void forward_destroy(struct forward *forward)
{
    batch_destroy(&forward->to_vm);
    batch_destroy(&forward->to_network);
    for (int i = 0; i < 2; i++) {
        if (forward->wake[i] >= 0)
            close(forward->wake[i]);
        if (forward->ended[i] >= 0)
            close(forward->ended[i]);
    }
}
