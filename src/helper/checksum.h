/* Completing a partial checksum: what a network card does for a kernel, done for the VM.
 *
 * A frame with VIRTIO_NEEDS_CHECKSUM has the pseudo-header's sum in its checksum field; the sum over
 * all from checksum_start to the end is still to be put there (virtio 1.2, 5.1.6.2). */
#ifndef HELPER_CHECKSUM_H
#define HELPER_CHECKSUM_H

#include "helper/frame.h"

/* Complete the checksum in place, if the frame needs it, and take the flag away.
 * Returns 0, or -1 if the header points outside the frame: then nothing is changed. */
int checksum_complete(struct frame *frame);

#endif
