/* Frames in a stream: four bytes of length, most significant first, then the frame. What QEMU's
 * -netdev stream, socket_vmnet and lima speak.
 *
 * A stream keeps no borders. One read may bring half a length, or a hundred frames and a half; one write
 * may take half a frame, and then the rest of it has to go before anything else. A wrong length cannot
 * be recovered from: what follows has no meaning, so the VM is given up. */
#ifndef HELPER_STREAM_H
#define HELPER_STREAM_H

#include "helper/channel.h"

/* Returns NULL with errno. Pages are taken from the system when frames first touch them. */
struct stream *stream_create(void);
void stream_destroy(struct stream *stream);

/* Forget what is left of the last VM. */
void stream_begin(struct stream *stream);

/* As channel.h has it. A length of 0 or over FRAME_MAX is logged and fails with EPROTO; the end of the
 * stream with ECONNRESET. Frames point into the stream's own memory. */
int stream_send(struct channel *channel, const struct segment *segments, unsigned count);
int stream_receive(struct channel *channel, struct batch *batch);

#endif
