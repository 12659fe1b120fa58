/* What is measured by `bench path`: ways from a host's network to those of VMs. Each way has a namespace that plays
 * the host, 192.168.106.1, and one for each VM, 192.168.106.2 and so on. Linux. */
#ifndef BENCH_PATH_CABLE_H
#define BENCH_PATH_CABLE_H

#include "bench/matrix.h"
#include "bench/path_ways.h"
#include "bench/usage.h"

#include <stdbool.h>
#include <sys/types.h>

#define PATH_HOST_ADDRESS "192.168.106.1"

/* Of a setup that has no driver. */
enum path_kind path_kind_of(const struct matrix_setup *setup);

/* Is there what it needs? If not, reason tells what is missing. */
bool path_kind_is_there(enum path_kind kind, const struct benchmark_network *network, char *reason, size_t size);

/* One VM, and what is between it and the host. Descriptors and pids that it has not are -1. */
struct path_vm {
    int namespace;
    pid_t carrier;      /* the process whose CPU time counts */
    pid_t peer;         /* plays the VM */
    int tap, host_tap;  /* of the VM, of the reference's host side */
    int liveness;       /* the helper ends when this is closed */
    int log;            /* what the carrier says */
    char folder[64];    /* of a command's socket; empty: none */
    char address[NETWORK_ADDRESS_SIZE];    /* as the host reaches it */
    char vm_address[NETWORK_ADDRESS_SIZE]; /* as it is set in it, and other VMs reach it */
};

struct path_cable {
    enum path_kind kind;
    const struct benchmark_network *network;
    int host; /* namespace */
    char host_address[NETWORK_ADDRESS_SIZE];
    struct path_vm vms[MATRIX_NAMESPACES_MAX];
    unsigned vm_count;
};

/* Make it, with so many VMs, until frames can pass. Returns 0, or -1 (logged) with nothing left. */
int path_cable_start_kind(struct path_cable *cable, const struct matrix_setup *setup);

/* End its processes; the namespaces go with them. Fine for one that was not started, all zero. */
void path_cable_stop(struct path_cable *cable);

/* What the carriers have used and moved until now. */
struct usage path_cable_usage(const struct path_cable *cable);

/* The last line that a carrier said; empty if none did. */
void path_cable_last_line(const struct path_cable *cable, char *line, size_t size);

#endif
