#include "helper/checksum_fast.h"
#include "helper/offload.h"
#include "helper/offload_fields.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_SERVICE_VLAN 0x88a8
#define VLAN_TAG 4
#define VLAN_MAX 2

/* Hop-by-hop, routing and destination have one form: next header, length in 8 bytes less one (RFC 8200, 4). */
#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AUTHENTICATION 51
#define NEXT_DESTINATION 60
#define EXTENSION_MAX 8

static enum headers_kind transport_find(const uint8_t *data, uint8_t protocol, struct headers *headers)
{
    size_t length = headers->end - headers->transport;

    if (protocol == PROTOCOL_TCP) {
        if (length < TCP_HEADER)
            return HEADERS_HIDDEN;
        size_t header = (size_t)(data[headers->transport + TCP_DATA_OFFSET] >> 4) * 4;
        if (header < TCP_HEADER || header > length)
            return HEADERS_HIDDEN;
        headers->payload = (uint16_t)(headers->transport + header);
        return HEADERS_TCP;
    }
    if (protocol == PROTOCOL_UDP) {
        if (length < UDP_HEADER)
            return HEADERS_OTHER;
        headers->payload = (uint16_t)(headers->transport + UDP_HEADER);
        return HEADERS_UDP;
    }
    return HEADERS_OTHER;
}

static enum headers_kind ipv4_find(const uint8_t *data, size_t length, struct headers *headers)
{
    const uint8_t *ip = data + headers->network;
    size_t room = length - headers->network;

    if (room < IPV4_HEADER || ip[0] >> 4 != 4)
        return HEADERS_HIDDEN;
    size_t header = (size_t)(ip[0] & 15) * 4;
    size_t total = get16(ip + IPV4_LENGTH);
    if (header < IPV4_HEADER || total < header || total > room)
        return HEADERS_HIDDEN;
    /* More fragments, an offset, or the bit that must be zero. */
    if (get16(ip + IPV4_FRAGMENT) & ~IPV4_DONT_FRAGMENT)
        return HEADERS_HIDDEN;
    headers->version = 4;
    headers->plain &= header == IPV4_HEADER;
    headers->transport = (uint16_t)(headers->network + header);
    headers->end = (uint32_t)(headers->network + total);
    return transport_find(data, ip[IPV4_PROTOCOL], headers);
}

static enum headers_kind ipv6_find(const uint8_t *data, size_t length, struct headers *headers)
{
    const uint8_t *ip = data + headers->network;
    size_t room = length - headers->network;

    if (room < IPV6_HEADER || ip[0] >> 4 != 6)
        return HEADERS_HIDDEN;
    size_t total = IPV6_HEADER + (size_t)get16(ip + IPV6_LENGTH);
    if (total > room)
        return HEADERS_HIDDEN;
    size_t offset = IPV6_HEADER;
    uint8_t next = ip[IPV6_NEXT];
    for (int i = 0; next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_DESTINATION; i++) {
        if (i == EXTENSION_MAX || total - offset < 8)
            return HEADERS_HIDDEN;
        size_t size = ((size_t)ip[offset + 1] + 1) * 8;
        if (size > total - offset)
            return HEADERS_HIDDEN;
        next = ip[offset];
        offset += size;
        headers->plain = false;
    }
    if (next == NEXT_FRAGMENT || next == NEXT_AUTHENTICATION)
        return HEADERS_HIDDEN;
    headers->version = 6;
    headers->transport = (uint16_t)(headers->network + offset);
    headers->end = (uint32_t)(headers->network + total);
    return transport_find(data, next, headers);
}

enum headers_kind headers_find(const uint8_t *data, size_t length, struct headers *headers)
{
    size_t network = FRAME_HEADER;

    if (length < FRAME_HEADER)
        return HEADERS_OTHER;
    headers->plain = true;
    uint16_t type = get16(data + 12);
    for (int i = 0; type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN; i++) {
        if (i == VLAN_MAX || length < network + VLAN_TAG)
            return HEADERS_HIDDEN;
        type = get16(data + network + 2);
        network += VLAN_TAG;
        headers->plain = i == 0;
    }
    headers->network = (uint16_t)network;
    if (type == ETHERTYPE_IPV4)
        return ipv4_find(data, length, headers);
    if (type == ETHERTYPE_IPV6)
        return ipv6_find(data, length, headers);
    return HEADERS_OTHER;
}

uint64_t headers_pseudo_sum(const uint8_t *data, const struct headers *headers, uint8_t protocol, size_t length)
{
    const uint8_t *ip = data + headers->network;
    uint64_t sum = htonl((uint32_t)length) + (uint64_t)htons(protocol);

    return headers->version == 4 ? sum + checksum_fast_sum(ip + IPV4_SOURCE, 8)
                                 : sum + checksum_fast_sum(ip + IPV6_SOURCE, 32);
}
