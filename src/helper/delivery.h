/* Giving frames to the VM: super-frames are cut, a full socket gets a bounded wait, and what does not
 * go then is dropped and counted. One thread's own. */
#ifndef HELPER_DELIVERY_H
#define HELPER_DELIVERY_H

#include "helper/channel.h"
#include "helper/stats.h"

#include <stdatomic.h>

#define DELIVERY_MAX 128 /* frames that one system call takes */

struct delivery {
    struct channel *channel;     /* to the VM; not owned */
    uint32_t max_length;         /* of a frame for the VM, without a VLAN tag */
    const atomic_bool *stopping; /* set: end soon */
    struct stats_direction *stats;
    bool slow;                   /* this batch met a full socket */
    bool gave_up;                /* this batch waited in vain */
    unsigned count;              /* segments that wait to be sent */
    struct segment segments[DELIVERY_MAX];
    uint8_t headers[DELIVERY_MAX][SEGMENT_HEADER_MAX];
};

/* Send all frames of the batch, in order; super-frames as segments if cut, else as they are. Frames that
 * cannot be cut count as bad. Returns 0, or -1 if the VM is gone. */
int delivery_send(struct delivery *delivery, const struct batch *batch, bool cut);

/* Send the rest of a frame that went in part, if there is one. Returns 0, or -1 if the VM is gone. */
int delivery_finish(struct delivery *delivery);

#endif
