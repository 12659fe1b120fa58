/* How far a run is: one line for each step, with the time that is left. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

struct progress {
    int done, steps;
    double start;
};

void progress_start(struct progress *progress, int steps);

/* A step begins: "[ 3/40, 2 min left] text" to stderr. */
void progress_step(struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A step needs no time: it was done before. */
void progress_skip(struct progress *progress);

#endif
