/* iperf3 between the namespaces of a way: one stream for each VM, all at once. Linux. */
#ifndef BENCH_PATH_STREAMS_H
#define BENCH_PATH_STREAMS_H

#include "bench/benchmark.h"
#include "bench/capture.h"
#include "bench/path_cable.h"

#include <cjson/cJSON.h>

/* Measure host-to-vm, vm-to-host or vm-to-vm (from VM 1 to VM 2, from 3 to 4, and so on). With one stream the report is
 * iperf3's own. With several it has their sum as iperf3 would tell of it, and their own reports whole:
 * {"start": {"version"}, "end": {"sum_sent", "sum_received"}, "bench": {"streams": [...]}}.
 * Returns the report (to be freed) and the round's record in *record; or NULL with the reason. */
char *path_streams_measure(const struct path_cable *cable, const struct benchmark *benchmark, const char *test,
                           cJSON **record, char *reason, size_t size);

/* A stream to the first VM for so many seconds, beside which something else is measured. */
struct path_load {
    struct capture server, client;
};

int path_load_start(struct path_load *load, const struct path_cable *cable, unsigned seconds, char *reason,
                    size_t size);

/* Wait for its end. Returns 0 if it was a good one, else -1 with the reason. */
int path_load_finish(struct path_load *load, double limit, char *reason, size_t size);

#endif
