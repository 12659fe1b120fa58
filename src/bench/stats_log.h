/* The helper's log: its "[stats] {json}" lines, ours and the original's. Counters are cumulative. */
#ifndef BENCH_STATS_LOG_H
#define BENCH_STATS_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* What passed one side between two lines. */
struct stats_side {
    double packets, bytes, drops;
    double fast, slow; /* sends that went at once, and that had to wait; -1: not told */
};

struct stats_sample {
    char time[40];   /* of the later line, as it is in the log */
    double duration; /* seconds, > 0 */
    struct stats_side host, vm; /* towards the VM; from the VM */
};

/* The samples of a log: the differences of following lines. Lines whose time does not go on, or
 * that are damaged, are passed over; so is a step in which a counter got smaller: the helper was
 * started anew there. Returns their number and sets *samples (to be freed), or -1 for no memory. */
int stats_log_parse(const char *text, struct stats_sample **samples);

/* Seconds since 1970 of "2026-07-25T01:27:25.664+03:00" (RFC 3339). False if it is none. */
bool stats_log_time(const char *text, double *seconds);

#endif
