/* One test between host and VMs: iperf3's server in the first VM, its client where the test says. Round trips
 * (latency-idle, latency-loaded) are the host's, by ICMP echo. */
#ifndef BENCH_RUN_TEST_H
#define BENCH_RUN_TEST_H

#include "bench/guest.h"

#include <cjson/cJSON.h>

struct run_test {
    const struct benchmark *benchmark;
    const char *test;         /* host-to-vm, vm-to-host, vm-to-vm, frames-..., latency-... */
    const char *netns;        /* where the host's iperf3 runs; NULL: here */
    const struct guest *guests;
    unsigned guest_count;
    unsigned seconds;         /* instead of the benchmark's; 0: the benchmark's */
    unsigned port;            /* of the server */
};

/* Returns iperf3's JSON, or that of `bench latency` (to be freed), and the record of the round in *record (to be
 * deleted); or NULL with the reason. */
char *run_test(const struct run_test *test, cJSON **record, char *reason, size_t size);

#endif
