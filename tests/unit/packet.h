/* Packets for the tests of the offload engine, and a plain twin of it to compare with.
 *
 * Nothing here uses the engine's own code: byte by byte, copying, slow and easy to believe. */
#ifndef TESTS_PACKET_H
#define TESTS_PACKET_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PACKET_MAX 65600

struct packet {
    int version;             /* 4 or 6; 0: ARP */
    int protocol;            /* 6 or 17 */
    int vlan_tags;           /* 0, 1, 2 */
    uint8_t station;         /* the last byte of the source MAC */
    uint8_t flow;            /* in addresses and ports */
    uint8_t tos, ttl;
    uint32_t flow_label;     /* IPv6 */
    bool dont_fragment;      /* IPv4, as the next three */
    bool more_fragments;
    uint16_t id;
    int ip_option_size;      /* multiple of 4, at most 40 */
    int extension_size;      /* IPv6: a destination options header; multiple of 8 */
    uint32_t sequence, acknowledgement;
    uint8_t flags;
    uint8_t reserved;        /* low four bits of the data offset byte */
    uint16_t window, urgent;
    uint8_t options[40];
    int option_size;         /* multiple of 4 */
    const uint8_t *payload;
    int payload_size;
    int padding;             /* behind the IP packet */
    bool partial;            /* the checksum is the pseudo-header's sum */
    bool bad_network_sum, bad_transport_sum;
};

/* Where things are, as packet_build() put them. */
struct layout {
    int version, protocol, network, transport, payload, end;
};

static inline void packet_put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void packet_put32(uint8_t *at, uint32_t value)
{
    packet_put16(at, value >> 16);
    packet_put16(at + 2, value & 0xffff);
}

static inline unsigned packet_get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static inline uint32_t packet_get32(const uint8_t *at)
{
    return (uint32_t)packet_get16(at) << 16 | packet_get16(at + 2);
}

/* The ones' complement sum of big-endian words, folded (RFC 1071). */
static inline unsigned packet_sum(const uint8_t *data, int size, unsigned sum)
{
    for (int i = 0; i < size; i++) {
        sum += i % 2 ? data[i] : (unsigned)data[i] << 8;
        if (sum > 0xffff)
            sum -= 0xffff;
    }
    return sum;
}

static inline unsigned packet_pseudo_sum(const uint8_t *frame, struct layout at)
{
    uint8_t tail[6] = {0};
    unsigned sum = at.version == 4 ? packet_sum(frame + at.network + 12, 8, 0)
                                   : packet_sum(frame + at.network + 8, 32, 0);
    packet_put32(tail, (uint32_t)(at.end - at.transport));
    tail[5] = (uint8_t)at.protocol;
    return packet_sum(tail, sizeof(tail), sum);
}

static inline int packet_checksum_at(struct layout at)
{
    return at.transport + (at.protocol == 6 ? 16 : 6);
}

/* Write the checksums that belong to the bytes. */
static inline void packet_checksums(uint8_t *frame, struct layout at, bool partial)
{
    uint8_t *field = frame + packet_checksum_at(at);

    if (at.version == 4) {
        packet_put16(frame + at.network + 10, 0);
        int size = (frame[at.network] & 15) * 4;
        packet_put16(frame + at.network + 10, packet_sum(frame + at.network, size, 0) ^ 0xffff);
    }
    unsigned pseudo = packet_pseudo_sum(frame, at);
    packet_put16(field, 0);
    unsigned sum = packet_sum(frame + at.transport, at.end - at.transport, pseudo) ^ 0xffff;
    if (at.protocol == 17 && sum == 0)
        sum = 0xffff;
    packet_put16(field, partial ? pseudo : sum);
}

static inline bool packet_checksums_are_right(const uint8_t *frame, struct layout at)
{
    if (at.version == 4 && packet_sum(frame + at.network, (frame[at.network] & 15) * 4, 0) != 0xffff)
        return false;
    return packet_sum(frame + at.transport, at.end - at.transport, packet_pseudo_sum(frame, at)) == 0xffff;
}

static inline int packet_build_network(const struct packet *p, uint8_t *ip, int size)
{
    int header = p->version == 4 ? 20 + p->ip_option_size : 40 + p->extension_size;

    if (p->version == 4) {
        memset(ip, 1, (size_t)header); /* options: no operation */
        ip[0] = (uint8_t)(0x40 | header / 4);
        ip[1] = p->tos;
        packet_put16(ip + 2, (unsigned)(header + size));
        packet_put16(ip + 4, p->id);
        packet_put16(ip + 6, (p->dont_fragment ? 0x4000u : 0) | (p->more_fragments ? 0x2000u : 0));
        ip[8] = p->ttl;
        ip[9] = (uint8_t)p->protocol;
        packet_put32(ip + 12, 0xc0a86900u | p->flow);
        packet_put32(ip + 16, 0xc0a86a01u);
        return header;
    }
    packet_put32(ip, 0x60000000u | (uint32_t)p->tos << 20 | (p->flow_label & 0xfffff));
    packet_put16(ip + 4, (unsigned)(header - 40 + size));
    ip[6] = (uint8_t)(p->extension_size ? 60 : p->protocol);
    ip[7] = p->ttl;
    memset(ip + 8, 0xfd, 32);
    ip[23] = p->flow;
    if (p->extension_size) {
        memset(ip + 40, 0, (size_t)p->extension_size); /* options: Pad1 */
        ip[40] = (uint8_t)p->protocol;
        ip[41] = (uint8_t)(p->extension_size / 8 - 1);
    }
    return header;
}

static inline int packet_build_transport(const struct packet *p, uint8_t *at)
{
    packet_put16(at, 1000u + p->flow);
    packet_put16(at + 2, 5201);
    if (p->protocol == 17) {
        packet_put16(at + 4, (unsigned)(8 + p->payload_size));
        return 8;
    }
    packet_put32(at + 4, p->sequence);
    packet_put32(at + 8, p->acknowledgement);
    at[12] = (uint8_t)((20 + p->option_size) / 4 << 4 | (p->reserved & 15));
    at[13] = p->flags;
    packet_put16(at + 14, p->window);
    packet_put16(at + 18, p->urgent);
    memcpy(at + 20, p->options, (size_t)p->option_size);
    return 20 + p->option_size;
}

/* Write the frame (up to PACKET_MAX bytes). Returns its length; *at, if not NULL, tells where things are. */
static inline int packet_build(const struct packet *p, uint8_t *frame, struct layout *at)
{
    struct layout layout = {.version = p->version, .protocol = p->protocol};
    int size = 12;

    memset(frame, 0x02, 12);
    frame[11] = p->station;
    for (int i = 0; i < p->vlan_tags; i++, size += 4) {
        packet_put16(frame + size, i + 1 < p->vlan_tags ? 0x88a8 : 0x8100);
        packet_put16(frame + size + 2, 100u + (unsigned)i);
    }
    packet_put16(frame + size, p->version == 4 ? 0x0800 : p->version == 6 ? 0x86dd : 0x0806);
    layout.network = size + 2;
    if (p->version == 0) {
        memset(frame + layout.network, 0x33, 46);
        return layout.network + 46;
    }
    int transport_size = p->protocol == 17 ? 8 : 20 + p->option_size;
    layout.transport = layout.network
                     + packet_build_network(p, frame + layout.network, transport_size + p->payload_size);
    layout.payload = layout.transport + packet_build_transport(p, frame + layout.transport);
    layout.end = layout.payload + p->payload_size;
    memcpy(frame + layout.payload, p->payload, (size_t)p->payload_size);
    memset(frame + layout.end, 0xee, (size_t)p->padding);
    packet_checksums(frame, layout, p->partial);
    if (p->bad_network_sum && p->version == 4)
        frame[layout.network + 10] ^= 0x10;
    if (p->bad_transport_sum)
        frame[packet_checksum_at(layout)] ^= 0x10;
    if (at)
        *at = layout;
    return layout.end + p->padding;
}

static inline int packet_segment_count(struct layout at, int gso_size)
{
    int size = at.end - at.payload;
    return size == 0 ? 1 : (size + gso_size - 1) / gso_size;
}

/* The plain twin of the segmenter: copy segment number index to out. Returns its length. */
static inline int packet_segment(const uint8_t *frame, struct layout at, int gso_size, int index, uint8_t *out)
{
    int start = at.payload + index * gso_size;
    int size = at.end - start < gso_size ? at.end - start : gso_size;
    bool last = index == packet_segment_count(at, gso_size) - 1;
    uint8_t *ip = out + at.network, *transport = out + at.transport;

    memcpy(out, frame, (size_t)at.payload);
    memcpy(out + at.payload, frame + start, (size_t)size);
    if (at.version == 4) {
        packet_put16(ip + 2, (unsigned)(at.payload - at.network + size));
        packet_put16(ip + 4, (packet_get16(ip + 4) + (unsigned)index) & 0xffff);
    } else {
        packet_put16(ip + 4, (unsigned)(at.payload - at.network - 40 + size));
    }
    if (at.protocol == 17) {
        packet_put16(transport + 4, (unsigned)(8 + size));
    } else {
        packet_put32(transport + 4, packet_get32(transport + 4) + (uint32_t)(index * gso_size));
        if (index > 0)
            transport[13] &= 0x7f; /* CWR */
        if (!last)
            transport[13] &= 0xf6; /* FIN, PSH */
    }
    at.end = at.payload + size;
    packet_checksums(out, at, false);
    return at.end;
}

/* A small generator, the same everywhere (splitmix64). */
struct dice {
    uint64_t state;
};

static inline uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A number from min to max. */
static inline int dice_between(struct dice *dice, int min, int max)
{
    return min + (int)(dice_next(dice) % (uint64_t)(max - min + 1));
}

static inline bool dice_one_in(struct dice *dice, int n)
{
    return dice_next(dice) % (uint64_t)n == 0;
}

static inline void dice_fill(struct dice *dice, uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)dice_next(dice);
}

#endif
