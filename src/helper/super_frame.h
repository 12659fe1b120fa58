/* What to tell the network about a frame from a VM that leaves work to its network card.
 *
 * With --enable-tso and --enable-checksum-offload the VM sends bare Ethernet frames: TCP super-frames
 * of up to 64 KiB, and checksums that may be partial (only the pseudo-header's sum is there) or
 * complete. Its VMM took the virtio header away, so it is built again from the frame itself:
 *
 * - A TCP frame over the MTU is to be cut: gso_size is what fits the MTU with its headers.
 * - A TCP or UDP frame gets its pseudo-header's sum and VIRTIO_NEEDS_CHECKSUM. Partial and complete
 *   checksums cannot be told apart but by adding up all bytes; the network then has the right one
 *   either way. This is what the option asks for: the VM's link counts as free of errors. */
#ifndef HELPER_SUPER_FRAME_H
#define HELPER_SUPER_FRAME_H

#include "helper/frame.h"

/* Fill in frame->offload; frame->data's checksum field may be changed, and padding behind the IP
 * packet is cut off. partial: checksums may be partial in all frames, not only in super-frames.
 * Returns 0, or -1 for a frame over the MTU that cannot be cut: to be dropped and counted. */
int super_frame_describe(struct frame *frame, uint32_t mtu, bool partial);

#endif
