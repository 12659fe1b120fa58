/* Segmentation: what a network card does with a TCP super-frame (TSO), or a UDP one (USO).
 *
 * Every segment has the header of the super-frame but for the lengths, the IPv4 id (one more each),
 * the TCP sequence, FIN and PSH (the last only), CWR (the first only, RFC 3168 6.1.2) and checksums.
 *
 * What stays the same is summed once. The TCP checksum field of the super-frame holds the sum of the
 * pseudo-header already, with the super-frame's length in it; taking that instead of the addresses is
 * right with an IPv6 routing header too, where the pseudo-header has the final destination. */
#include "helper/checksum_fast.h"
#include "helper/offload.h"
#include "helper/offload_fields.h"

bool frame_is_super(const struct frame *frame)
{
    return frame->offload.gso_type != VIRTIO_GSO_NONE;
}

/* Is the frame what its virtio header says? */
static bool kind_is_right(enum headers_kind kind, uint8_t version, uint8_t gso_type)
{
    switch (gso_type & ~VIRTIO_GSO_ECN) {
    case VIRTIO_GSO_TCPV4:
        return kind == HEADERS_TCP && version == 4;
    case VIRTIO_GSO_TCPV6:
        return kind == HEADERS_TCP && version == 6;
    case VIRTIO_GSO_UDP_L4:
        return kind == HEADERS_UDP && gso_type == VIRTIO_GSO_UDP_L4;
    default:
        return false;
    }
}

static size_t checksum_offset(uint8_t protocol)
{
    return protocol == PROTOCOL_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
}

/* The sum of the pseudo-header without the length. */
static uint64_t pseudo_sum(const struct frame *frame, const struct headers *headers, uint8_t protocol)
{
    if (!(frame->offload.flags & VIRTIO_NEEDS_CHECKSUM))
        return headers_pseudo_sum(frame->data, headers, protocol, 0);
    uint16_t with_length = raw16(frame->data + headers->transport + checksum_offset(protocol));
    uint16_t length = htons((uint16_t)(headers->end - headers->transport));
    return (uint64_t)with_length + (uint16_t)~length;
}

/* What takes a word out of a sum again: in ones' complement that is adding its inverse. */
static uint64_t minus(const uint8_t *at)
{
    return (uint16_t)~raw16(at);
}

/* Sum the headers without the fields that differ between segments. */
static void constants_sum(struct segmenter *segmenter, const struct frame *frame)
{
    const struct headers *headers = &segmenter->headers;
    const uint8_t *ip = frame->data + headers->network;
    uint8_t transport[UINT8_MAX];
    size_t size = headers->payload - headers->transport;

    if (headers->version == 4) {
        segmenter->network_sum = checksum_fast_sum(ip, headers->transport - headers->network) + minus(ip + IPV4_LENGTH)
                               + minus(ip + IPV4_ID) + minus(ip + IPV4_CHECKSUM);
        segmenter->id = get16(ip + IPV4_ID);
    }
    memcpy(transport, frame->data + headers->transport, size);
    put_raw16(transport + checksum_offset(segmenter->protocol), 0);
    if (segmenter->protocol == PROTOCOL_TCP) {
        segmenter->sequence = get32(transport + TCP_SEQUENCE);
        put32(transport + TCP_SEQUENCE, 0);
        transport[TCP_FLAGS] = 0;
    } else {
        put16(transport + UDP_LENGTH, 0);
    }
    segmenter->transport_sum =
        pseudo_sum(frame, headers, segmenter->protocol) + checksum_fast_sum(transport, size);
}

int segmenter_start(struct segmenter *segmenter, const struct frame *frame)
{
    struct headers *headers = &segmenter->headers;
    const struct virtio_header *offload = &frame->offload;

    enum headers_kind kind = headers_find(frame->data, frame->length, headers);
    if ((kind != HEADERS_TCP && kind != HEADERS_UDP) || !kind_is_right(kind, headers->version, offload->gso_type))
        return -1;
    uint8_t protocol = kind == HEADERS_TCP ? PROTOCOL_TCP : PROTOCOL_UDP;
    if (headers->end != frame->length || headers->payload > SEGMENT_HEADER_MAX || offload->gso_size == 0)
        return -1;
    const uint8_t *transport = frame->data + headers->transport;
    if (kind == HEADERS_UDP && get16(transport + UDP_LENGTH) != headers->end - headers->transport)
        return -1;
    if (offload->flags & VIRTIO_NEEDS_CHECKSUM
        && (offload->checksum_start != headers->transport || offload->checksum_offset != checksum_offset(protocol)))
        return -1;
    uint32_t payload = headers->end - headers->payload;
    uint32_t count = payload ? (payload - 1) / offload->gso_size + 1 : 1;
    if (count > SEGMENT_COUNT_MAX)
        return -1;
    segmenter->data = frame->data;
    segmenter->protocol = protocol;
    segmenter->gso_size = offload->gso_size;
    segmenter->index = 0;
    segmenter->count = (uint16_t)count;
    constants_sum(segmenter, frame);
    return 0;
}

uint32_t segmenter_max_length(const struct segmenter *segmenter)
{
    const struct headers *headers = &segmenter->headers;
    uint32_t payload = headers->end - headers->payload;

    return headers->payload + (payload < segmenter->gso_size ? payload : segmenter->gso_size);
}

static void network_write(const struct segmenter *segmenter, uint8_t *ip, size_t length)
{
    if (segmenter->headers.version == 6) {
        put16(ip + IPV6_LENGTH, (uint16_t)(length - IPV6_HEADER));
        return;
    }
    put16(ip + IPV4_LENGTH, (uint16_t)length);
    put16(ip + IPV4_ID, (uint16_t)(segmenter->id + segmenter->index));
    uint64_t sum = segmenter->network_sum + raw16(ip + IPV4_LENGTH) + raw16(ip + IPV4_ID);
    put_raw16(ip + IPV4_CHECKSUM, (uint16_t)~checksum_fast_fold(sum));
}

static void tcp_write(const struct segmenter *segmenter, uint8_t *tcp, uint64_t sum)
{
    put32(tcp + TCP_SEQUENCE, segmenter->sequence + (uint32_t)segmenter->index * segmenter->gso_size);
    if (segmenter->index > 0)
        tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
    if (segmenter->index + 1 < segmenter->count)
        tcp[TCP_FLAGS] &= (uint8_t)~(TCP_FIN | TCP_PSH);
    sum += raw32(tcp + TCP_SEQUENCE) + (uint64_t)htons(tcp[TCP_FLAGS]);
    put_raw16(tcp + TCP_CHECKSUM, (uint16_t)~checksum_fast_fold(sum));
}

static void udp_write(uint8_t *udp, size_t length, uint64_t sum)
{
    put16(udp + UDP_LENGTH, (uint16_t)length);
    sum += raw16(udp + UDP_LENGTH);
    uint16_t checksum = (uint16_t)~checksum_fast_fold(sum);
    put_raw16(udp + UDP_CHECKSUM, checksum ? checksum : 0xffff); /* 0 is "none" (RFC 768) */
}

bool segmenter_next(struct segmenter *segmenter, uint8_t room[SEGMENT_HEADER_MAX], struct segment *segment)
{
    const struct headers *headers = &segmenter->headers;

    if (segmenter->index == segmenter->count)
        return false;
    uint32_t start = headers->payload + (uint32_t)segmenter->index * segmenter->gso_size;
    uint32_t size = headers->end - start < segmenter->gso_size ? headers->end - start : segmenter->gso_size;
    size_t transport = headers->payload - headers->transport + size;
    const uint8_t *payload = segmenter->data + start;

    memcpy(room, segmenter->data, headers->payload);
    network_write(segmenter, room + headers->network, headers->payload - headers->network + size);
    uint64_t sum = segmenter->transport_sum + htons((uint16_t)transport) + checksum_fast_sum(payload, size);
    if (segmenter->protocol == PROTOCOL_TCP)
        tcp_write(segmenter, room + headers->transport, sum);
    else
        udp_write(room + headers->transport, transport, sum);
    segment->iov[0] = (struct iovec){room, headers->payload};
    segment->iov[1] = (struct iovec){(void *)(uintptr_t)payload, size};
    segmenter->index++;
    return true;
}
