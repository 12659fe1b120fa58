/* What can be read out of a result: throughput and more. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>

enum measure {
    MEASURE_BITRATE,     /* Gbit/s received */
    MEASURE_CPU,         /* CPU seconds of the helper for one GB (10^9 bytes); of run.json */
    MEASURE_RETRANSMITS, /* TCP retransmissions of the sender */
    MEASURE_FRAMES,      /* thousands of 64-byte frames a second */
    MEASURE_LATENCY_P50, /* microseconds of a round trip */
    MEASURE_LATENCY_P99,
    MEASURE_COUNT
};

/* As plot files and options call them; ended by NULL. */
extern const char *const measure_names[];

/* "Gbit/s" */
const char *measure_unit(enum measure measure);

/* "Bitrate": what an axis is called. */
const char *measure_title(enum measure measure);

/* Is more better? */
bool measure_more_is_better(enum measure measure);

/* Does a test of this name measure it? Bitrate, CPU and retransmissions are those of iperf3's runs;
 * "frames-..." and "latency-..." are measurements of our own. */
bool measure_fits(enum measure measure, const char *test);

#endif
