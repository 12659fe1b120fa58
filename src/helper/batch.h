/* A batch: the frames that one system call or one round of reads brought.
 *
 * A direction owns one batch and its memory for good. Nothing is copied between the two ends: the
 * reader fills data in place, the writer sends from there. */
#ifndef HELPER_BATCH_H
#define HELPER_BATCH_H

#include "helper/frame.h"

#define BATCH_MAX 64

struct batch {
    unsigned count;                 /* frames in use */
    struct frame frames[BATCH_MAX]; /* data points into memory, FRAME_BUFFER apart */
    uint8_t *memory;
};

/* Returns 0, or -1 with errno. Pages are taken from the system when frames first touch them. */
int batch_create(struct batch *batch);
void batch_destroy(struct batch *batch);

#endif
