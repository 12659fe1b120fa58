/* The dnsmasq of a network: DHCP, DNS and router advertisements.
 *
 * It is started from one fixed path, with no configuration file and an empty environment, as a user
 * of its own, and detaches itself once it serves. It writes its pid to a file of the network's
 * state folder; that file is its user's afterwards, so a pid in it is believed only if the
 * process's command line names that file.
 *
 * The helper may be killed while dnsmasq starts, before there is a pid. So its standard error is a
 * file, dnsmasq.errors, that is locked: the lock is that of the open file, which dnsmasq closes
 * right after it has written its pid, or when it fails. Whoever looks for it waits for the lock. */
#ifndef HELPER_NETWORK_DNSMASQ_H
#define HELPER_NETWORK_DNSMASQ_H

#include "helper/network/network.h"

#include <sys/types.h>

/* Start it, unless it runs; it serves when this returns. 0, or -1 (logged). */
int dnsmasq_start(const struct network *network);

/* The user that it is. */
uid_t dnsmasq_uid(void);

bool dnsmasq_runs(const char *state_dir);

/* End it and wait for its end, for at most 4 s. Fine if it does not run. 0, or -1 (logged). */
int dnsmasq_stop(const char *state_dir);

#endif
