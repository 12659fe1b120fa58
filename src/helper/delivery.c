#include "helper/delivery.h"

#include <errno.h>
#include <poll.h>

/* How long a VM whose socket is full may take to read something. */
enum { ROOM_TIMEOUT_MS = 5 };

static uint64_t segments_bytes(const struct segment *segments, unsigned count)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < count; i++)
        bytes += segments[i].iov[0].iov_len + segments[i].iov[1].iov_len;
    return bytes;
}

/* A socket says that it has room when most of its buffer is free again: the VM may have read much
 * when the time is over. So the caller tries once more, whatever this found. */
static void wait_for_room(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};

    poll(&room, 1, ROOM_TIMEOUT_MS);
}

/* Send what waits. Returns 0, or -1 if the VM is gone. */
static int flush(struct delivery *delivery)
{
    struct stats_direction *stats = delivery->stats;
    unsigned done = 0, total = delivery->count;
    bool waited = delivery->gave_up;

    delivery->count = 0;
    while (done < total && !atomic_load_explicit(delivery->stopping, memory_order_relaxed)) {
        const struct segment *next = &delivery->segments[done];
        int sent = channel_send(delivery->channel, next, total - done);
        if (sent > 0) {
            stats_add(&stats->packets, (uint64_t)sent);
            stats_add(&stats->bytes, segments_bytes(next, (unsigned)sent));
            done += (unsigned)sent;
            waited = delivery->gave_up = false;
        } else if (channel_is_gone(errno)) {
            return -1;
        } else if (channel_is_full(errno)) {
            delivery->slow = true;
            if (waited) {
                delivery->gave_up = true;
                break;
            }
            wait_for_room(delivery->channel->fd);
            waited = true;
        } else if (errno != EINTR) {
            /* EMSGSIZE: larger than the VM's socket can hold. */
            stats_add(&stats->drops, 1);
            done++;
        }
    }
    stats_add(&stats->drops, total - done);
    return 0;
}

static int flush_if_full(struct delivery *delivery)
{
    return delivery->count == DELIVERY_MAX ? flush(delivery) : 0;
}

static int add_whole(struct delivery *delivery, const struct frame *frame)
{
    delivery->segments[delivery->count++] = (struct segment){.iov = {{frame->data, frame->length}}};
    return flush_if_full(delivery);
}

static int add_segments(struct delivery *delivery, const struct frame *frame)
{
    struct segmenter segmenter;

    if (segmenter_start(&segmenter, frame) < 0 ||
        segmenter_max_length(&segmenter) > delivery->max_length + (frame_is_tagged(frame) ? FRAME_TAG : 0)) {
        stats_add(&delivery->stats->bad, 1);
        return 0;
    }
    while (segmenter_next(&segmenter, delivery->headers[delivery->count], &delivery->segments[delivery->count])) {
        delivery->count++;
        if (flush_if_full(delivery) < 0)
            return -1;
    }
    return 0;
}

int delivery_send(struct delivery *delivery, const struct batch *batch, bool cut)
{
    delivery->count = 0;
    delivery->slow = delivery->gave_up = false;
    for (unsigned i = 0; i < batch->count; i++) {
        const struct frame *frame = &batch->frames[i];
        int result = cut && frame_is_super(frame) ? add_segments(delivery, frame) : add_whole(delivery, frame);
        if (result < 0)
            return -1;
    }
    if (delivery->count && flush(delivery) < 0)
        return -1;
    stats_add(delivery->slow ? &delivery->stats->slow : &delivery->stats->fast, 1);
    return 0;
}

int delivery_finish(struct delivery *delivery)
{
    struct channel *channel = delivery->channel;

    return channel->unfinished && channel_send(channel, NULL, 0) < 0 && channel_is_gone(errno) ? -1 : 0;
}
