/* What is measured by `bench path`: ways from a host's network to a VM's. Each has a namespace
 * that plays the host, 192.168.106.1, and one that plays the VM, 192.168.106.2. Linux. */
#ifndef BENCH_PATH_CABLE_H
#define BENCH_PATH_CABLE_H

#include "bench/usage.h"

#include <stdbool.h>
#include <sys/types.h>

#define PATH_HOST_ADDRESS "192.168.106.1"
#define PATH_VM_ADDRESS "192.168.106.2"

enum path_kind {
    PATH_CABLE,          /* one frame, one system call: the reference */
    PATH_PASST,          /* passt, a network stack in a process: only where it is installed */
    PATH_HELPER,         /* vmnet-helper */
    PATH_HELPER_OFFLOAD, /* vmnet-helper --enable-tso --enable-checksum-offload */
    PATH_VETH,           /* a veth pair: the limit of the kernel, with no process between */
    PATH_KIND_COUNT
};

/* "cable", "passt", "helper", "helper:offload", "veth": the driver in the result tree; ended by NULL. */
extern const char *const path_kind_names[];

struct path_cable {
    enum path_kind kind;
    int host, vm;       /* namespaces */
    pid_t carrier;      /* the process whose CPU time counts; -1: none */
    pid_t peer;         /* plays the VM; -1: none */
    int tap, host_tap;  /* of the VM, of the reference's host side; -1: none */
    int liveness;       /* the helper ends when this is closed; -1: none */
    int log;            /* what the helper says; -1: none */
    const char *vm_address; /* of the VM, as the host sees it */
};

/* Is there what it needs? */
bool path_kind_is_there(enum path_kind kind);

/* Make it, until frames can pass. Returns 0, or -1 (logged) with nothing left. */
int path_cable_start_kind(struct path_cable *cable, enum path_kind kind);

/* End its processes; the namespaces go with them. Fine for one that was not started, if it is all -1. */
void path_cable_stop(struct path_cable *cable);

/* What the carrier has used and moved until now. */
struct usage path_cable_usage(const struct path_cable *cable);

#endif
