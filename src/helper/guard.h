/* --guard: a guest that is not trusted keeps to what is its own.
 *
 * - The source MAC address, in Ethernet and ARP, and the hardware address that it asks for a lease with,
 *   is the one that was given, or else the first one seen.
 * - Once it has been given an IPv4 address by DHCP, that is the only source address, in IPv4 and ARP;
 *   0.0.0.0 stays, for asking.
 * - It is no DHCP server and no router: no answers of either, no advertisements, no redirects.
 *
 * What it says in frames that cannot be read to the end of the headers that decide (cut short, too many
 * VLAN tags or extension headers) counts as the worst. IPv6 source addresses are its own affair: hosts
 * choose them themselves. Off unless asked for, because callers give their VM a MAC of their own. */
#ifndef HELPER_GUARD_H
#define HELPER_GUARD_H

#include "common/mac.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum guard_verdict {
    GUARD_PASSES,
    GUARD_MAC,        /* another MAC address */
    GUARD_ADDRESS,    /* another IPv4 address */
    GUARD_SERVER,     /* a DHCP server's message */
    GUARD_ROUTER,     /* a router's message */
    GUARD_UNREADABLE, /* hides what it is */
    GUARD_VERDICTS,
};

struct guard {
    bool given;              /* the MAC address was given */
    bool pinned;             /* mac is valid */
    uint8_t mac[MAC_SIZE];
    _Atomic uint32_t address; /* host byte order; 0: none leased */
    struct {
        double next_line;    /* when the log may tell of it again */
        unsigned long count; /* frames since it did */
    } dropped[GUARD_VERDICTS];
};

/* mac: NULL for the first one seen. */
void guard_init(struct guard *guard, const uint8_t *mac);

/* A new VM: it may have other addresses. */
void guard_begin(struct guard *guard);

/* From any thread: the VM was given this address, in host byte order. */
void guard_lease(struct guard *guard, uint32_t address);

/* What is to be said about a frame of the VM, of at least FRAME_HEADER bytes. */
enum guard_verdict guard_judge(struct guard *guard, const uint8_t *data, size_t length);

/* May it pass? If not the log tells, each reason every ten seconds at most. */
bool guard_passes(struct guard *guard, const uint8_t *data, size_t length);

#endif
