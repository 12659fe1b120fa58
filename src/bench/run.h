/* Running a matrix. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "bench/matrix.h"

struct run_options {
    const struct benchmark *benchmark;
    const char *file;  /* that it was read from */
    bool resume;       /* keep the rounds that are there, measure the rest */
    const char *netns; /* Linux: network namespace of helpers, guests and iperf3; NULL: the current one */
};

/* Measure all cells. Failures are logged and recorded, and the rest goes on. Returns the exit status:
 * 0, 1 when a cell has failed, 130 after Ctrl-C; all that was measured is kept. */
int run_matrix(const struct matrix *matrix, const struct run_options *options);

#endif
