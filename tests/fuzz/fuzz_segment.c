/* A super-frame that somebody made up. The input is a virtio header, then the frame; or, when its
 * first byte is odd, what to change in a good one, so that not all ends at the first check. */
#include "helper/offload.h"
#include "unit/offload_check.h"

#define CHANGES 7 /* bytes: position (2), value, and so on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t super[PACKET_MAX];

static void make_good(struct frame *frame, uint8_t kind)
{
    static const uint8_t payload[9000];
    struct packet packet = {
        .version = kind & 2 ? 6 : 4, .protocol = kind & 4 ? 17 : 6, .vlan_tags = kind >> 3 & 1,
        .extension_size = kind >> 4 & 1 ? 16 : 0, .ip_option_size = kind >> 4 & 1 ? 12 : 0,
        .option_size = 12, .flags = 0x99, .payload = payload, .payload_size = 3000 + 20 * kind, .partial = true,
    };
    struct layout at;

    frame->length = (uint32_t)packet_build(&packet, super, &at);
    frame->offload = (struct virtio_header){
        .flags = VIRTIO_NEEDS_CHECKSUM,
        .gso_type = packet.protocol == 17 ? VIRTIO_GSO_UDP_L4
                  : packet.version == 4   ? VIRTIO_GSO_TCPV4
                                          : VIRTIO_GSO_TCPV6,
        .gso_size = (uint16_t)(100 + kind),
        .checksum_start = (uint16_t)at.transport,
        .checksum_offset = (uint16_t)(packet_checksum_at(at) - at.transport),
    };
}

static void make_frame(struct frame *frame, const uint8_t *data, size_t size)
{
    if (data[0] & 1) {
        make_good(frame, data[0]);
        for (size_t i = 1; i + 2 < size; i += 3) {
            size_t position = packet_get16(data + i) % (sizeof(frame->offload) + 120);
            if (position < sizeof(frame->offload))
                ((uint8_t *)&frame->offload)[position] = data[i + 2];
            else
                super[position - sizeof(frame->offload)] = data[i + 2];
        }
        return;
    }
    memcpy(&frame->offload, data + 1, sizeof(frame->offload));
    frame->length = (uint32_t)(size - 1 - sizeof(frame->offload));
    memcpy(super, data + 1 + sizeof(frame->offload), frame->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame = {.data = NULL};
    struct segmenter segmenter;
    struct segment segment;

    if (size < 1 + sizeof(frame.offload) || size > FRAME_MAX)
        return 0;
    make_frame(&frame, data, size);
    /* In memory of exactly its size, so that the sanitizer sees a step past the end. */
    frame.data = malloc(frame.length ? frame.length : 1);
    must(frame.data);
    memcpy(frame.data, super, frame.length);
    if (segmenter_start(&segmenter, &frame) == 0) {
        uint8_t *room = malloc(SEGMENT_HEADER_MAX);
        const uint8_t *expected = NULL;
        unsigned count = 0;
        must(room);
        while (segmenter_next(&segmenter, room, &segment)) {
            struct headers headers;
            must(++count <= SEGMENT_COUNT_MAX);
            must(segment.iov[0].iov_base == room && segment.iov[0].iov_len <= SEGMENT_HEADER_MAX);
            must(!expected || segment.iov[1].iov_base == expected);
            expected = (const uint8_t *)segment.iov[1].iov_base + segment.iov[1].iov_len;
            must(expected <= frame.data + frame.length && segment.iov[1].iov_len <= frame.offload.gso_size);
            int length = (int)(segment.iov[0].iov_len + segment.iov[1].iov_len);
            memcpy(super, room, segment.iov[0].iov_len);
            memcpy(super + segment.iov[0].iov_len, segment.iov[1].iov_base, segment.iov[1].iov_len);
            must(headers_find(super, (size_t)length, &headers) != HEADERS_HIDDEN && (int)headers.end == length);
            must(packet_sum(super + headers.network, headers.version == 4 ? headers.transport - headers.network : 0,
                            0) == (headers.version == 4 ? 0xffff : 0));
        }
        must(expected == frame.data + frame.length && count > 0);
        free(room);
    }
    free(frame.data);
    return 0;
}
