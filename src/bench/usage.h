/* What helpers have used and moved: CPU seconds, and the counters of their logs. */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include "bench/stats_log.h"

#include <cjson/cJSON.h>
#include <sys/types.h>

/* Of one helper or several; zero at first. */
struct usage {
    double cpu; /* seconds; -1: not known */
    struct stats_side host, vm;
};

/* Ask a helper for a line of its counters now; it is there a moment later. 0: no helper. */
void usage_ask(pid_t helper);

/* Add what a helper has used until now, and what its log tells. */
void usage_add(struct usage *usage, pid_t helper, const char *log);

/* The record of a round in run.json: helper_cpu_seconds, bytes and helper_stats. */
cJSON *usage_record(const struct usage *before, const struct usage *after, double bytes);

#endif
