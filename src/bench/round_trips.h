/* Round trips that were measured, as a result: what the tests latency-... leave. */
#ifndef BENCH_ROUND_TRIPS_H
#define BENCH_ROUND_TRIPS_H

#include "bench/histogram.h"

struct round_trips {
    struct histogram times; /* nanoseconds */
    uint64_t lost;          /* asked, and not answered within a second */
};

/* {"bench": {"round_trip_us": {"min", "p50", "p90", "p99", "p99.9", "max"}, "count", "lost",
 * "histogram_ns": [[start, count], ...]}} as text, to be freed; NULL when memory is out. */
char *round_trips_json(const struct round_trips *trips);

#endif
