/* Judgements of facts that only Linux has. */
#ifndef HARNESS_DOCTOR_LINUX_H
#define HARNESS_DOCTOR_LINUX_H

#include "harness/accelerator.h"
#include "harness/doctor_report.h"

/* error: of opening /dev/net/tun, or 0. */
void doctor_tun(struct report *report, int error);

/* status: /proc/self/status of a process that is root. */
void doctor_capability(struct report *report, const char *status);

/* error: of opening /dev/kvm, or 0; what runs guests, and why it is that. */
void doctor_accelerator(struct report *report, enum accelerator found, const char *reason, int error);

/* Does the dnsmasq of a network that is there run? */
void doctor_dhcp_server(struct report *report, const char *bridge, bool runs);

#endif
