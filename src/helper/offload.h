/* The offload engine: what a network card does for a kernel, done here for VMs that cannot.
 *
 * The network side speaks super-frames: up to 64 KiB of one TCP flow behind one header. A VM without
 * offload speaks frames of its MTU.
 *
 *     network --> segmenter --> VM         one super-frame becomes up to 46 frames of 1514 bytes
 *     network <-- coalesce  <-- VM         in-order segments of one flow become one super-frame
 *
 * Pure functions: no I/O, no memory of their own, no clock. Payload is never copied: what comes out
 * are slices of what came in. Coalescing never waits: it joins what one batch brought. Whatever the
 * engine does not understand passes unchanged, in the order of its flow. */
#ifndef HELPER_OFFLOAD_H
#define HELPER_OFFLOAD_H

#include "helper/batch.h"

#include <sys/uio.h>

/* ---- Where the headers of a frame are: offload_headers.c ---- */

enum headers_kind {
    HEADERS_TCP,    /* TCP over IP, whole */
    HEADERS_UDP,    /* UDP over IP, whole */
    HEADERS_OTHER,  /* no TCP for certain: ARP, ICMP, ... */
    HEADERS_HIDDEN, /* may belong to any flow: fragments, headers cut short */
};

struct headers {
    uint8_t version;    /* 4 or 6 */
    bool plain;         /* at most one VLAN tag, no IP options or extension headers */
    uint16_t network;   /* offset of the IP header */
    uint16_t transport; /* offset of the TCP or UDP header */
    uint16_t payload;   /* offset of what follows it */
    uint32_t end;       /* offset behind the IP packet: the frame may have padding after it */
};

/* Find the headers of an Ethernet frame. Only with HEADERS_TCP and HEADERS_UDP are all of *headers
 * set and within length; payload == end is no payload. Checksums are not looked at. */
enum headers_kind headers_find(const uint8_t *data, size_t length, struct headers *headers);

/* The sum (checksum_fast.h) of the pseudo-header with this protocol and transport length. */
uint64_t headers_pseudo_sum(const uint8_t *data, const struct headers *headers, uint8_t protocol, size_t length);

/* ---- Segmentation: offload_segment.c ---- */

#define SEGMENT_HEADER_MAX 256 /* Ethernet, two VLAN tags, IP with extensions, TCP with options */
#define SEGMENT_COUNT_MAX 2048 /* of one super-frame; 64 KiB at the least TCP MSS (48) are 1365 */

/* One frame for the VM: the header is in the caller's room, the payload in the super-frame. */
struct segment {
    struct iovec iov[2]; /* iov[1] may be empty */
};

/* A super-frame on its way to be cut. Owns nothing; the frame must stay as it is. */
struct segmenter {
    const uint8_t *data;
    struct headers headers;
    uint8_t protocol;       /* TCP or UDP */
    uint16_t gso_size;
    uint16_t index;         /* of the next segment */
    uint16_t count;         /* of all segments */
    uint32_t sequence;      /* TCP: of the super-frame */
    uint16_t id;            /* IPv4: of the super-frame */
    uint64_t network_sum;   /* IPv4 header without length, id and checksum */
    uint64_t transport_sum; /* pseudo-header and header without all that differs between segments */
};

/* Is this a frame for the segmenter? (gso_type is not VIRTIO_GSO_NONE.) */
bool frame_is_super(const struct frame *frame);

/* Begin with a super-frame. Returns 0, or -1 if it is malformed or of a kind that cannot be cut: to
 * be dropped and counted. */
int segmenter_start(struct segmenter *segmenter, const struct frame *frame);

/* The length of its longest segment: the first. */
uint32_t segmenter_max_length(const struct segmenter *segmenter);

/* The next frame, complete with checksums; its header is written to room, which must be left alone
 * until the segment is sent. Returns false, with nothing done, after the last. */
bool segmenter_next(struct segmenter *segmenter, uint8_t room[SEGMENT_HEADER_MAX], struct segment *segment);

/* ---- Coalescing: offload_coalesce.c ---- */

/* One frame for the network, in slices. */
struct gather {
    struct virtio_header offload;
    unsigned frames;      /* how many frames of the batch it holds */
    unsigned slice_count; /* one for each frame */
    struct iovec *slices; /* slices[-1] is free: room for a header in front */
    uint32_t length;      /* bytes of all slices */
};

struct gather_list {
    unsigned count;
    struct gather gathers[BATCH_MAX];
    struct iovec slices[2 * BATCH_MAX];
};

/* Turn a batch from the VM into gathers that hold all its frames, each flow in its order. TCP
 * segments that follow each other are joined, if the checksum of each is right; the header of the
 * first is changed in place then. All others pass as they are.
 * The frames must be complete, without a virtio header's promises (offload is ignored); the slices
 * point into the batch. */
void batch_coalesce(struct batch *batch, struct gather_list *list);

/* The same without joining: a gather for each frame, with the frame's own virtio header. */
void batch_gather(const struct batch *batch, struct gather_list *list);

#endif
