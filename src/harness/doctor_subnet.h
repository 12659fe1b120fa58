/* Subnets that the host uses already, by the rule of the helper (src/helper/network/conflict.h). */
#ifndef HARNESS_DOCTOR_SUBNET_H
#define HARNESS_DOCTOR_SUBNET_H

#include "harness/doctor_report.h"

#include <stdint.h>

struct subnet {
    const char *mode;       /* "shared" or "host" */
    uint32_t gateway, mask; /* host byte order */
    char bridge[16];        /* the name that our own network has on Linux */
};

/* The network of a mode on a subnet. */
void subnet_fill(struct subnet *subnet, const char *mode, uint32_t gateway, uint32_t mask);

/* addresses, routes: `ip -json -4 address show` and `ip -json -4 route show table all`; NULL: could not
 * be asked. Does an address or a route, other than a default route, overlap the subnet? Then who is what
 * it is, in words. What the subnet's own bridge has does not count. */
bool subnet_is_taken(const struct subnet *subnet, const char *addresses, const char *routes, char *who, size_t size);

/* The finding; who: as above, or NULL: free. The host network is only used by those who ask for it. */
void doctor_subnet(struct report *report, const struct subnet *subnet, const char *who);

#endif
