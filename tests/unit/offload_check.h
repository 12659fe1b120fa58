/* What must hold of every list that batch_coalesce() makes: for the property test and the fuzzer.
 * A broken promise ends the program with its line. */
#ifndef TESTS_OFFLOAD_CHECK_H
#define TESTS_OFFLOAD_CHECK_H

#include "helper/offload.h"
#include "unit/packet.h"

#include <stdio.h>
#include <stdlib.h>

#define must(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: must be: %s\n", __FILE__, __LINE__, #condition);                                   \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The frame of the batch that the slice points into. */
static inline unsigned check_slice_frame(const struct batch *batch, const struct iovec *slice)
{
    size_t offset = (size_t)((const uint8_t *)slice->iov_base - batch->memory);
    unsigned index = (unsigned)(offset / FRAME_BUFFER);

    must(index < batch->count);
    must(offset % FRAME_BUFFER + slice->iov_len <= batch->frames[index].length);
    return index;
}

static inline uint32_t check_flatten(const struct gather *gather, uint8_t *out)
{
    uint32_t length = 0;

    for (unsigned i = 0; i < gather->slice_count; i++) {
        must(length + gather->slices[i].iov_len <= PACKET_MAX);
        if (gather->slices[i].iov_len)
            memcpy(out + length, gather->slices[i].iov_base, gather->slices[i].iov_len);
        length += (uint32_t)gather->slices[i].iov_len;
    }
    must(length == gather->length);
    return length;
}

/* Where things are in a super-frame that the engine made. */
static inline struct layout check_layout(const struct gather *gather, const uint8_t *frame)
{
    struct layout at = {.protocol = 6, .transport = gather->offload.checksum_start};
    bool four = gather->offload.gso_type == VIRTIO_GSO_TCPV4;

    must(four || gather->offload.gso_type == VIRTIO_GSO_TCPV6);
    at.version = four ? 4 : 6;
    at.network = at.transport - (four ? 20 : 40);
    at.payload = gather->offload.header_length;
    at.end = (int)gather->length;
    must(at.network == 14 || at.network == 18);
    must(at.payload == at.transport + (frame[at.transport + 12] >> 4) * 4);
    must((int)packet_get16(frame + at.network + (four ? 2 : 4)) == at.end - (four ? at.network : at.transport));
    must(gather->length <= FRAME_MAX && at.end - at.network <= 65535);
    must(gather->offload.flags == VIRTIO_NEEDS_CHECKSUM && gather->offload.checksum_offset == 16);
    must(packet_get16(frame + packet_checksum_at(at)) == packet_pseudo_sum(frame, at));
    return at;
}

/* The kernel or another engine cuts the super-frame: is segment k the frame that the VM sent? An id
 * with DF may be another. */
static inline void check_segment(const uint8_t *segment, struct layout at, const uint8_t *sent)
{
    static uint8_t copy[PACKET_MAX];
    size_t network = (size_t)at.network;

    memcpy(copy, sent, (size_t)at.end);
    must(packet_checksums_are_right(sent, at));
    if (at.version == 4 && packet_get16(sent + network + 6) == 0x4000) {
        memcpy(copy + network + 4, segment + network + 4, 2);
        memcpy(copy + network + 10, segment + network + 10, 2);
    }
    /* 0xffff and 0 are the same to ones' complement; only a VM at odds with RFC 1071 sends the first. */
    if (packet_get16(copy + packet_checksum_at(at)) == 0xffff)
        packet_put16(copy + packet_checksum_at(at), 0);
    if (at.version == 4 && packet_get16(copy + network + 10) == 0xffff)
        packet_put16(copy + network + 10, 0);
    must(memcmp(segment, copy, (size_t)at.end) == 0);
}

/* Cut the super-frame by the plain twin and by the engine; both must give what was sent. */
static inline void check_super(const struct batch *batch, const struct gather *gather, uint8_t *const *sent,
                               const uint32_t *sent_length)
{
    static uint8_t flat[PACKET_MAX], twin[PACKET_MAX];
    uint8_t room[SEGMENT_HEADER_MAX];
    struct frame frame = {.offload = gather->offload, .data = flat, .length = check_flatten(gather, flat)};
    struct layout at = check_layout(gather, flat);
    struct segmenter segmenter;
    struct segment segment;

    must(packet_segment_count(at, gather->offload.gso_size) == (int)gather->frames);
    must(segmenter_start(&segmenter, &frame) == 0);
    for (unsigned k = 0; k < gather->frames; k++) {
        struct layout cut = at;
        unsigned index = check_slice_frame(batch, &gather->slices[k]);
        cut.end = packet_segment(flat, at, gather->offload.gso_size, (int)k, twin);
        must((uint32_t)cut.end <= sent_length[index]);
        check_segment(twin, cut, sent[index]);
        must(segmenter_next(&segmenter, room, &segment));
        must((int)(segment.iov[0].iov_len + segment.iov[1].iov_len) == cut.end);
        must(memcmp(twin, segment.iov[0].iov_base, segment.iov[0].iov_len) == 0);
        must(memcmp(twin + segment.iov[0].iov_len, segment.iov[1].iov_base, segment.iov[1].iov_len) == 0);
    }
    must(!segmenter_next(&segmenter, room, &segment));
}

/* Check the whole list against copies of the frames as they were before. first, if not NULL, gets for
 * each frame the one that its super-frame begins with; position where it came out. */
static inline void check_list(const struct batch *batch, const struct gather_list *list, uint8_t *const *sent,
                              const uint32_t *sent_length, int *first, int *position)
{
    bool seen[BATCH_MAX] = {false};
    unsigned frames = 0;

    for (unsigned i = 0; i < list->count; i++) {
        const struct gather *gather = &list->gathers[i];
        must(gather->frames > 0 && gather->slice_count == gather->frames);
        must(gather->slices > list->slices && gather->slices + gather->slice_count <= list->slices + 2 * BATCH_MAX);
        must(i == 0 || gather->slices - 1 >= gather[-1].slices + gather[-1].slice_count);
        unsigned head = check_slice_frame(batch, &gather->slices[0]);
        for (unsigned k = 0; k < gather->slice_count; k++) {
            unsigned index = check_slice_frame(batch, &gather->slices[k]);
            must(!seen[index]);
            seen[index] = true;
            frames++;
            if (first)
                first[index] = (int)head;
            if (position)
                position[index] = (int)frames;
        }
        if (gather->frames > 1) {
            check_super(batch, gather, sent, sent_length);
            continue;
        }
        must(gather->offload.flags == 0 && gather->offload.gso_type == VIRTIO_GSO_NONE);
        must(gather->length == sent_length[head] && gather->slices[0].iov_base == batch->frames[head].data);
        must(gather->length == gather->slices[0].iov_len);
        must(memcmp(batch->frames[head].data, sent[head], sent_length[head]) == 0);
    }
    must(frames == batch->count);
}

#endif
