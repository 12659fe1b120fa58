/* `bench path`: the path of frames alone, without a guest. path_linux.c | path_darwin.c. */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include "bench/matrix.h"

#include <stdbool.h>

struct path_options {
    const char *output; /* folder of the results */
    unsigned time;      /* seconds of one iperf3 run */
    double short_time;  /* seconds of the other measurements */
    unsigned rounds;
    bool warm_up;       /* a round before that does not count */
    bool small;         /* 64-byte frames and round trips too */
    bool resume;        /* keep rounds that are there */
    const struct matrix *matrix; /* only what is in it; NULL: all */
    char *const *patterns;       /* only cells that match one of them, as for matrix_create() */
    int pattern_count;
};

/* Measure; results go to the tree, network "path". Returns the exit status: 1 when a cell failed, 130
 * after Ctrl-C. */
int path_measure(const struct path_options *options);

#endif
