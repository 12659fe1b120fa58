/* The currency of the helper: one Ethernet frame and what is still to be done to it.
 *
 * Both kernels hand out frames this way: a virtio_net header (virtio 1.2, 5.1.6), then Ethernet. A
 * frame may be a super-frame: up to 64 KiB of TCP that is to be cut into gso_size pieces. */
#ifndef HELPER_FRAME_H
#define HELPER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER 14      /* destination, source, type: the least that a frame is */
#define FRAME_MAX 65550      /* an IP packet of 65535, Ethernet header, one spare: what krunkit sends */
#define FRAME_BUFFER 65568   /* room for FRAME_MAX, a multiple of 32 */

/* struct virtio_net_hdr of linux/virtio_net.h: the fields and values are the virtio standard's.
 * Little-endian, as both systems that we run on are. */
struct virtio_header {
    uint8_t flags;
    uint8_t gso_type;
    uint16_t header_length;   /* bytes before the TCP payload: a hint only */
    uint16_t gso_size;        /* TCP payload bytes of each segment */
    uint16_t checksum_start;  /* from the start of the frame */
    uint16_t checksum_offset; /* from checksum_start */
};

#define VIRTIO_NEEDS_CHECKSUM 1
#define VIRTIO_DATA_VALID 2
#define VIRTIO_GSO_NONE 0
#define VIRTIO_GSO_TCPV4 1
#define VIRTIO_GSO_UDP 3
#define VIRTIO_GSO_TCPV6 4
#define VIRTIO_GSO_UDP_L4 5
#define VIRTIO_GSO_ECN 0x80

struct frame {
    struct virtio_header offload;
    uint32_t length; /* bytes of data */
    uint8_t *data;   /* Ethernet header first; not owned */
};

#define FRAME_TAG 4 /* an 802.1Q tag, which counts for neither the MTU nor max_packet_size: as kernels have it */

/* May a datagram of this length from the VM be handed to the network? max is the interface's
 * max_packet_size. Runts and frames over the maximum may not. */
bool frame_length_is_good(size_t length, size_t max);

/* The same of a frame, which may be longer by its VLAN tag. */
bool frame_is_good(const struct frame *frame, size_t max);

/* Has it a VLAN tag (802.1Q or 802.1ad)? At least FRAME_HEADER bytes. */
static inline bool frame_is_tagged(const struct frame *frame)
{
    return (frame->data[12] == 0x81 && frame->data[13] == 0x00) || (frame->data[12] == 0x88 && frame->data[13] == 0xa8);
}

#endif
