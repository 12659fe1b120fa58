/* The checks of one system: doctor_linux.c | doctor_darwin.c. */
#ifndef HARNESS_DOCTOR_SYSTEM_H
#define HARNESS_DOCTOR_SYSTEM_H

#include "harness/doctor_report.h"
#include "harness/doctor_subnet.h"

/* Privilege, devices, the processor, programs of this system only. helper: its path, or "". */
void doctor_machine(struct report *report, const char *helper);

/* What may take guests' addresses away: firewall, ports; for the network that subnet describes. become: what
 * commands of remedies begin with. */
void doctor_traffic(struct report *report, const struct subnet *subnet, const char *become);

/* Subnets that are taken, and networks that nobody uses. */
void doctor_networks(struct report *report, const struct subnet *shared, const struct subnet *host, const char *become,
                     const char *helper);

/* Remove the networks that nobody uses: runs the helper. 0, or -1 after an error message. */
int doctor_fix(const char *helper);

#endif
