/* The VM's IPv6 addresses, seen as it takes them: it asks whether somebody has the address already
 * (RFC 4862, 5.4), or tells its neighbours that it has it (RFC 4861, 7.2). Pure functions over frames
 * that anybody may have forged. */
#ifndef HELPER_NEIGHBOUR_H
#define HELPER_NEIGHBOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEIGHBOUR_ADDRESS 16 /* bytes of an address */
#define NEIGHBOUR_KNOWN 16   /* addresses of one VM that are remembered */

/* Does the sender of the frame claim an address? Then it is in address. */
bool neighbour_is_claimed(const uint8_t *data, size_t length, uint8_t address[NEIGHBOUR_ADDRESS]);

/* Addresses that were told of: the latest ones, because a VM may have any number one after the other. */
struct neighbours {
    unsigned count; /* told of in all */
    uint8_t addresses[NEIGHBOUR_KNOWN][NEIGHBOUR_ADDRESS];
};

/* Is it another one than those? Then it is remembered. */
bool neighbour_is_new(struct neighbours *neighbours, const uint8_t address[NEIGHBOUR_ADDRESS]);

#endif
