/* The machine that the peer plays has a kernel of our day and a network card in two versions.
 *
 * What the kernel sends is cut as late as can be (GSO) and what it gets is joined as early as can be (GRO);
 * its card hands over frames in batches. Without that the VM's own work for each frame is the limit of all
 * that is measured, and every way looks alike. On the socket there are frames of the VM's MTU all the same,
 * and super-frames only if the card has offload. The way "peers" tells what two such peers reach alone. */
#include "bench/path_peer.h"
#include "bench/path_relay.h"
#include "helper/checksum.h"
#include "helper/super_frame.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { MTU = 1500, BURST = 128 };

struct peer {
    int tap;
    bool offload;
    struct channel channel;
    /* From the VM. */
    struct frame frame;
    unsigned count;
    struct segment segments[BURST];
    uint8_t headers[BURST][SEGMENT_HEADER_MAX];
    uint8_t data[FRAME_BUFFER];
    /* To the VM. */
    struct batch batch;
    struct gather_list list;
};

/* Like a card whose queue is full: what does not go waits. */
static void flush(struct peer *peer)
{
    unsigned sent = 0;

    while (sent < peer->count) {
        int done = channel_send(&peer->channel, &peer->segments[sent], peer->count - sent);
        if (done > 0)
            sent += (unsigned)done;
        else if (channel_is_full(errno) || errno == EINTR)
            path_relay_wait(peer->channel.fd, POLLOUT);
        else
            sent++; /* refused: the helper is about to end */
    }
    peer->count = 0;
}

static void send_frame(struct peer *peer)
{
    struct segmenter segmenter;

    if (peer->offload || !frame_is_super(&peer->frame)) {
        checksum_complete(&peer->frame);
        peer->segments[0] = (struct segment){.iov = {{peer->frame.data, peer->frame.length}}};
        peer->count = 1;
    } else if (segmenter_start(&segmenter, &peer->frame) == 0) {
        while (segmenter_next(&segmenter, peer->headers[peer->count], &peer->segments[peer->count]))
            if (++peer->count == BURST)
                flush(peer);
    }
    flush(peer);
}

static void *to_host(void *argument)
{
    struct peer *peer = argument;
    struct iovec parts[2] = {{&peer->frame.offload, sizeof(peer->frame.offload)}, {peer->data, FRAME_BUFFER}};

    for (;;) {
        ssize_t length = readv(peer->tap, parts, 2) - (ssize_t)sizeof(peer->frame.offload);
        if (length > 0) {
            peer->frame.data = peer->data;
            peer->frame.length = (uint32_t)length;
            send_frame(peer);
            continue;
        }
        if (peer->channel.unfinished)
            channel_send(&peer->channel, NULL, 0);
        path_relay_wait(peer->tap, POLLIN);
    }
    return NULL;
}

static void prepare(struct peer *peer)
{
    if (!peer->offload) {
        batch_coalesce(&peer->batch, &peer->list);
        return;
    }
    for (unsigned i = 0; i < peer->batch.count; i++)
        super_frame_describe(&peer->batch.frames[i], MTU, false);
    batch_gather(&peer->batch, &peer->list);
}

static void *to_vm(void *argument)
{
    struct peer *peer = argument;

    for (;;) {
        if (channel_receive(&peer->channel, &peer->batch) < 0) {
            if (channel_is_gone(errno))
                _exit(0);
            path_relay_wait(peer->channel.fd, POLLIN);
            continue;
        }
        prepare(peer);
        for (unsigned i = 0; i < peer->list.count; i++) {
            struct gather *gather = &peer->list.gathers[i];
            gather->slices[-1] = (struct iovec){&gather->offload, sizeof(gather->offload)};
            if (writev(peer->tap, gather->slices - 1, (int)gather->slice_count + 1) < 0)
                continue; /* dropped, as a full network card does */
        }
    }
    return NULL;
}

pid_t path_peer_start(int tap, int socket, enum framing framing, bool offload)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    pid_t pid = -1;

    if (peer && channel_create(&peer->channel, framing) == 0 && batch_create(&peer->batch) == 0) {
        peer->tap = tap;
        peer->offload = offload;
        channel_open(&peer->channel, socket);
        pid = path_relay_start(socket, to_vm, to_host, peer);
        channel_destroy(&peer->channel);
        batch_destroy(&peer->batch);
    }
    free(peer);
    return pid;
}
