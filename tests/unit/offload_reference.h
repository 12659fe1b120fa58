/* What coalescing must be, told by what was put into the packets, and random traffic to try it with. */
#ifndef TESTS_OFFLOAD_REFERENCE_H
#define TESTS_OFFLOAD_REFERENCE_H

#include "helper/batch.h"
#include "unit/packet.h"

/* May it belong to any flow, as far as a reader of the frame can tell? */
static inline bool reference_is_hidden(const struct packet *p)
{
    return p->version == 4 && p->more_fragments;
}

static inline bool reference_is_tcp(const struct packet *p)
{
    return p->version != 0 && p->protocol == 6 && !reference_is_hidden(p);
}

static inline bool reference_is_same_flow(const struct packet *a, const struct packet *b)
{
    return reference_is_tcp(a) && reference_is_tcp(b) && a->version == b->version && a->flow == b->flow
        && a->station == b->station && a->vlan_tags == b->vlan_tags;
}

/* May it be in a super-frame at all? */
static inline bool reference_is_usual(const struct packet *p)
{
    return reference_is_tcp(p) && p->vlan_tags < 2 && p->payload_size > 0 && p->reserved == 0
        && (p->flags == 0x10 || p->flags == 0x18) && !(p->version == 4 && p->ip_option_size)
        && !(p->version == 6 && p->extension_size) && !(p->version == 4 && p->bad_network_sum) && !p->bad_transport_sum;
}

/* May b come right behind a in the super-frame that begins with first and has payload bytes so far? */
static inline bool reference_follows(const struct packet *first, const struct packet *a, const struct packet *b,
                                     int payload)
{
    int headers = (first->version == 4 ? 20 : 40) + 20 + first->option_size;

    if (!reference_is_usual(a) || !reference_is_usual(b) || a->flags & 0x08 || a->payload_size != first->payload_size
        || b->payload_size > first->payload_size || b->sequence != a->sequence + (uint32_t)a->payload_size)
        return false;
    if (headers + payload + b->payload_size > 65535
        || 14 + 4 * first->vlan_tags + headers + payload + b->payload_size > FRAME_MAX)
        return false;
    if (first->tos != b->tos || first->ttl != b->ttl || first->acknowledgement != b->acknowledgement
        || first->window != b->window || first->urgent != b->urgent || first->option_size != b->option_size
        || memcmp(first->options, b->options, (size_t)b->option_size) != 0)
        return false;
    if (first->version == 6)
        return first->flow_label == b->flow_label;
    /* The id of segment k is the first's plus k. It is the same to ask for one more each, unless DF. */
    return first->dont_fragment == b->dont_fragment && (b->dont_fragment || b->id == (uint16_t)(a->id + 1));
}

/* For each packet the number of the one its super-frame begins with (itself, if it is alone). */
static inline void reference_coalesce(const struct packet *packets, int count, int *first)
{
    for (int i = 0; i < count; i++) {
        int before = i - 1, payload = 0;

        first[i] = i;
        while (before >= 0 && !reference_is_same_flow(&packets[before], &packets[i])
               && !reference_is_hidden(&packets[before]))
            before--;
        if (before < 0 || reference_is_hidden(&packets[before]))
            continue;
        for (int j = first[before]; j <= before; j++)
            payload += first[j] == first[before] ? packets[j].payload_size : 0;
        if (reference_follows(&packets[first[before]], &packets[before], &packets[i], payload))
            first[i] = first[before];
    }
}

/* A flow at work: in order most of the time. */
struct traffic {
    struct packet flows[8];
    int flow_count;
    int disturbance; /* one in so many packets is unusual */
};

static inline void traffic_begin(struct traffic *traffic, struct dice *dice, const uint8_t *payload)
{
    static const int sizes[] = {1, 2, 3, 99, 536, 1208, 1428, 1448, 1460, 8948};

    traffic->flow_count = dice_between(dice, 1, 8);
    traffic->disturbance = dice_one_in(dice, 3) ? 1000 : dice_between(dice, 2, 30);
    for (int i = 0; i < traffic->flow_count; i++) {
        struct packet *p = &traffic->flows[i];
        *p = (struct packet){
            .version = dice_one_in(dice, 2) ? 6 : 4, .protocol = 6, .vlan_tags = dice_one_in(dice, 4),
            .station = (uint8_t)dice_between(dice, 0, 1), .flow = (uint8_t)i, .ttl = 64, .tos = 2,
            .dont_fragment = !dice_one_in(dice, 3), .id = (uint16_t)dice_next(dice),
            .flow_label = (uint32_t)dice_next(dice), .sequence = (uint32_t)dice_next(dice),
            .acknowledgement = (uint32_t)dice_next(dice), .flags = 0x10, .window = (uint16_t)dice_next(dice),
            .option_size = dice_one_in(dice, 2) ? 12 : 4 * dice_between(dice, 0, 10),
            .payload_size = sizes[dice_between(dice, 0, 9)],
        };
        p->payload = payload + dice_between(dice, 0, 40000);
        dice_fill(dice, p->options, sizeof(p->options));
    }
}

/* Change something about one packet of the flow; some changes stay with the flow. */
static inline void traffic_disturb(struct packet *p, struct packet *flow, struct dice *dice)
{
    switch (dice_between(dice, 0, 24)) {
    case 0: p->sequence = flow->sequence += (uint32_t)dice_between(dice, -3000, 3000); break;
    case 1: p->acknowledgement = ++flow->acknowledgement; break;
    case 2: p->window = ++flow->window; break;
    case 3: p->options[dice_between(dice, 0, 39)]++; break;
    case 4: p->option_size = 4 * dice_between(dice, 0, 10); break;
    case 5: p->flags ^= (uint8_t)(1 << dice_between(dice, 0, 7)); break;
    case 6: p->flags |= 0x08; break;
    case 7: p->payload_size = dice_between(dice, 0, p->payload_size); break;
    case 8: p->payload_size += dice_between(dice, 0, 20); break;
    case 9: p->bad_network_sum = true; break;
    case 10: p->bad_transport_sum = true; break;
    case 11: p->padding = dice_between(dice, 1, 46); break;
    case 12: p->ttl--; break;
    case 13: p->tos ^= 1; break;
    case 14: p->id = flow->id += (uint16_t)dice_between(dice, 0, 3); break;
    case 15: p->dont_fragment = !p->dont_fragment; break;
    case 16: p->more_fragments = true; break;
    case 17: p->ip_option_size = 8; break;
    case 18: p->extension_size = 8; break;
    case 19: p->vlan_tags = dice_between(dice, 0, 2); break;
    case 20: p->station ^= 1; break;
    case 21: p->protocol = 17; break;
    case 22: p->version = 0; break;
    case 23: p->urgent++; break;
    default: p->flow_label ^= 1; break;
    }
}

static inline struct packet traffic_next(struct traffic *traffic, struct dice *dice)
{
    struct packet *flow = &traffic->flows[dice_between(dice, 0, traffic->flow_count - 1)];
    struct packet p = *flow;

    while (dice_one_in(dice, traffic->disturbance))
        traffic_disturb(&p, flow, dice);
    flow->sequence += (uint32_t)p.payload_size;
    flow->id++;
    return p;
}

#endif
