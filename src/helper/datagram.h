/* The VM's end of the cable: datagrams, many a system call.
 * datagram_linux.c (sendmmsg, recvmmsg) | datagram_darwin.c (sendmsg_x, recvmsg_x). */
#ifndef HELPER_DATAGRAM_H
#define HELPER_DATAGRAM_H

#include "helper/offload.h"

/* Length of a frame that did not fit its buffer: no length that frame_length_is_good() accepts. */
#define DATAGRAM_TOO_LONG UINT32_MAX

/* Make the buffers of a socket as large as a burst of TCP needs. Call it with privilege: that passes
 * the system's limit. It is fine if the system gives less. */
void datagram_set_buffers(int fd);

/* Send segments, each one datagram, until one does not go; never waits. Returns how many went, or -1
 * with errno if the first did not (see below). */
int datagram_send(int fd, const struct segment *segments, unsigned count);

/* Fill the batch from its start with what is there, at most BATCH_MAX frames; never waits. Lengths are
 * as they came, 0 included; batch->count is set. Returns the count, or -1 with errno (EAGAIN: none). */
int datagram_receive(int fd, struct batch *batch);

/* What errno says: no room for now, or nothing there; nobody is at the other end. */
bool datagram_is_full(int error);
bool datagram_is_gone(int error);

#endif
