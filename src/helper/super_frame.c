#include "helper/super_frame.h"
#include "helper/checksum_fast.h"
#include "helper/offload.h"
#include "helper/offload_fields.h"

#include <string.h>

/* The network completes the checksum: it needs the pseudo-header's sum in the field. */
static void leave_checksum(struct frame *frame, const struct headers *headers, uint8_t protocol, uint16_t field)
{
    uint8_t *at = frame->data + headers->transport + field;
    uint64_t sum = headers_pseudo_sum(frame->data, headers, protocol, headers->end - headers->transport);

    put_raw16(at, checksum_fast_fold(sum));
    frame->offload.flags = VIRTIO_NEEDS_CHECKSUM;
    frame->offload.checksum_start = headers->transport;
    frame->offload.checksum_offset = field;
}

/* UDP over IPv4 may go without a checksum (RFC 768); a partial one is never zero. */
static bool udp_has_no_checksum(const struct frame *frame, const struct headers *headers)
{
    return raw16(frame->data + headers->transport + UDP_CHECKSUM) == 0;
}

int super_frame_describe(struct frame *frame, uint32_t mtu, bool partial)
{
    struct headers headers;
    enum headers_kind kind = headers_find(frame->data, frame->length, &headers);

    memset(&frame->offload, 0, sizeof(frame->offload));
    if (kind != HEADERS_TCP && kind != HEADERS_UDP)
        return frame_is_good(frame, mtu + FRAME_HEADER) ? 0 : -1;

    /* The kernel takes every byte behind the IP header for payload. */
    frame->length = headers.end;
    bool large = headers.end - (headers.network) > mtu;
    if (large && kind != HEADERS_TCP)
        return -1;
    if (kind == HEADERS_UDP) {
        if (partial && !udp_has_no_checksum(frame, &headers))
            leave_checksum(frame, &headers, PROTOCOL_UDP, UDP_CHECKSUM);
        return 0;
    }
    if (large || partial)
        leave_checksum(frame, &headers, PROTOCOL_TCP, TCP_CHECKSUM);
    if (large) {
        uint32_t headers_size = headers.payload - headers.network;
        if (headers_size >= mtu)
            return -1;
        frame->offload.gso_type = headers.version == 4 ? VIRTIO_GSO_TCPV4 : VIRTIO_GSO_TCPV6;
        if (frame->data[headers.transport + TCP_FLAGS] & TCP_CWR)
            frame->offload.gso_type |= VIRTIO_GSO_ECN;
        frame->offload.header_length = headers.payload;
        frame->offload.gso_size = (uint16_t)(mtu - headers_size);
    }
    return 0;
}
