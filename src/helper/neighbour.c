#include "helper/neighbour.h"
#include "helper/frame.h"
#include "helper/offload_fields.h"

#include <string.h>

enum {
    TYPE_IPV6 = 0x86dd,
    HOP_LIMIT = 7,
    HOP_LIMIT_OF_NEIGHBOURS = 255, /* from outside the link it would be less */
    PROTOCOL_ICMPV6 = 58,
    SOLICITATION = 135,
    ADVERTISEMENT = 136,
    TARGET = 8,
    MESSAGE_SIZE = TARGET + NEIGHBOUR_ADDRESS,
};

bool neighbour_is_claimed(const uint8_t *data, size_t length, uint8_t address[NEIGHBOUR_ADDRESS])
{
    static const uint8_t nobody[NEIGHBOUR_ADDRESS];

    if (length < FRAME_HEADER + IPV6_HEADER + MESSAGE_SIZE || get16(data + 12) != TYPE_IPV6)
        return false;
    const uint8_t *ip = data + FRAME_HEADER, *message = ip + IPV6_HEADER, *target = message + TARGET;
    if (ip[0] >> 4 != 6 || ip[IPV6_NEXT] != PROTOCOL_ICMPV6 || ip[HOP_LIMIT] != HOP_LIMIT_OF_NEIGHBOURS ||
        get16(ip + IPV6_LENGTH) < MESSAGE_SIZE || message[1] != 0)
        return false;
    /* Who has no address yet asks for the one that it is going to take. */
    bool asks = message[0] == SOLICITATION && memcmp(ip + IPV6_SOURCE, nobody, NEIGHBOUR_ADDRESS) == 0;
    if ((!asks && message[0] != ADVERTISEMENT) || target[0] == 0xff || memcmp(target, nobody, NEIGHBOUR_ADDRESS) == 0)
        return false;
    memcpy(address, target, NEIGHBOUR_ADDRESS);
    return true;
}

bool neighbour_is_new(struct neighbours *neighbours, const uint8_t address[NEIGHBOUR_ADDRESS])
{
    unsigned known = neighbours->count < NEIGHBOUR_KNOWN ? neighbours->count : NEIGHBOUR_KNOWN;

    for (unsigned i = 0; i < known; i++)
        if (memcmp(neighbours->addresses[i], address, NEIGHBOUR_ADDRESS) == 0)
            return false;
    memcpy(neighbours->addresses[neighbours->count++ % NEIGHBOUR_KNOWN], address, NEIGHBOUR_ADDRESS);
    return true;
}
