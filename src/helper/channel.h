/* The VM's end of the cable, whatever carries the frames: one datagram each, or a stream in which a
 * length precedes each. Chosen once, when a client comes; nobody behind this knows which it is.
 * channel.c (datagrams) | stream.c. */
#ifndef HELPER_CHANNEL_H
#define HELPER_CHANNEL_H

#include "helper/offload.h"

enum framing { FRAMING_DATAGRAM, FRAMING_STREAM };

struct stream;

struct channel {
    int fd; /* the VM; not owned */
    int (*send)(struct channel *channel, const struct segment *segments, unsigned count);
    int (*receive)(struct channel *channel, struct batch *batch);
    struct stream *stream; /* NULL: datagrams */
    bool unfinished;       /* a frame is under way of which the VM has the first part only: see channel_send() */
};

/* Returns 0, or -1 with errno. */
int channel_create(struct channel *channel, enum framing framing);
void channel_destroy(struct channel *channel);

/* Serve the VM at fd from now on; nothing is left of the one before. */
void channel_open(struct channel *channel, int fd);

/* Send segments until one does not go; never waits. Returns how many went, or -1 with errno if the
 * first did not (see below). A frame that went in part counts as gone: the rest of it goes before all
 * that is sent later. While unfinished is set, somebody has to call this again soon, with no segments if
 * there are none (0, or -1 as above). */
static inline int channel_send(struct channel *channel, const struct segment *segments, unsigned count)
{
    return channel->send(channel, segments, count);
}

/* Fill the batch from its start with what is there, at most BATCH_MAX frames; never waits. Lengths are
 * as they came; batch->count is set, and may be 0. The frames are valid until the next call. Returns the
 * count, or -1 with errno (EAGAIN: none). */
static inline int channel_receive(struct channel *channel, struct batch *batch)
{
    return channel->receive(channel, batch);
}

/* What errno says: no room for now, or nothing there; nobody is at the other end, or nobody who can be
 * understood (logged). */
bool channel_is_full(int error);
bool channel_is_gone(int error);

#endif
