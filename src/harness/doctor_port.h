/* Is DHCP's or DNS's port held by a program that is not ours?
 *
 * dnsmasq serves each network with UDP 67 on its bridge, and UDP and TCP 53 on its gateway's address. A
 * program that holds the port on all addresses, without sharing it (SO_REUSEADDR, SO_REUSEPORT), keeps
 * dnsmasq from starting. Many share it, and one that is bound to an interface does no harm, which no list
 * of sockets tells: so a socket is bound as dnsmasq would, and closed again. It takes no packet of anybody:
 * that for DHCP is tied to the loopback interface, that for DNS to an address that nobody has yet. */
#ifndef HARNESS_DOCTOR_PORT_H
#define HARNESS_DOCTOR_PORT_H

#include "harness/doctor_report.h"

#include <stdint.h>

struct port {
    const char *protocol; /* "udp" or "tcp" */
    int number;
};

/* Try it, on the gateway's address. 0, or the error (EADDRINUSE, or EACCES: not root): doctor_port_linux.c. */
int port_probe(const struct port *port, uint32_t gateway);

/* Who holds it on all addresses, "dnsmasq (pid 12)"; as far as this user may know. */
void port_holder(const struct port *port, char *who, size_t size);

/* text: /proc/net/udp, tcp, udp6 or tcp6. The inode of a socket that has the port on all addresses (and
 * listens), or 0. */
unsigned long port_find_wildcard(const char *text, int number);

/* The finding: error is the probe's. */
void doctor_port(struct report *report, const struct port *port, int error, const char *holder);

#endif
