/* `bench path` and the networks of `bench run` that need no guest: a network namespace plays each VM.
 * path_linux.c | path_darwin.c. */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include "bench/matrix.h"

#include <stdbool.h>

struct path_options {
    const char *output;                /* folder of the results */
    const struct benchmark *benchmark; /* how iperf3 is run, and how often */
    const struct matrix *matrix;       /* what is measured: its setups without a driver */
    double short_time;                 /* seconds of what is not iperf3 */
    bool warm_up;                      /* a round before that does not count */
    bool resume;                       /* keep rounds that are there */
};

/* Measure; results go to the tree. Returns the exit status: 1 when a cell failed, 130 after Ctrl-C. */
int path_measure(const struct path_options *options);

#endif
