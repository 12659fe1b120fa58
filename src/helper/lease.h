/* The VM's IPv4 address, seen as it is given: DHCP (RFC 2131) passes through the helper, so nobody
 * need search lease files for it. Pure functions over frames that anybody may have forged. */
#ifndef HELPER_LEASE_H
#define HELPER_LEASE_H

#include "common/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lease {
    uint8_t mac[MAC_SIZE]; /* of the client: an ACK may be broadcast and concern another VM */
    uint32_t address;      /* host byte order */
    uint32_t seconds;      /* 0xffffffff: for ever */
};

/* Is the frame a DHCP request of the VM? Then *mac is the client that asks. */
bool lease_is_request(const uint8_t *data, size_t length, uint8_t mac[MAC_SIZE]);

/* Is the frame a server's DHCPACK that gives an address? Then *lease is what it gives. */
bool lease_is_given(const uint8_t *data, size_t length, struct lease *lease);

#endif
