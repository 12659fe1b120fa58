/* What the run.json files of a tree tell: of machines, builds, guests, failures and command lines. */
#ifndef BENCH_REPORT_FACTS_H
#define BENCH_REPORT_FACTS_H

#include <cjson/cJSON.h>

struct report_facts {
    cJSON *hosts;      /* array of objects, all different */
    cJSON *builds;     /* array of strings: version and commit */
    cJSON *guests;     /* array of strings: image, kernel, what runs them */
    cJSON *failures;   /* array of strings: cell and reason */
    cJSON *commands;   /* object: a test, or a way's process, and its command line */
    cJSON *benches;    /* array of strings: how vmnet-bench was called */
    cJSON *benchmarks; /* array of strings: the benchmark files, whole */
    char first[32]; /* when the first set-up was begun, UTC; empty: not told */
};

/* Read all of a tree. report_facts_free() afterwards. */
void report_facts_collect(struct report_facts *facts, const char *tree);
void report_facts_free(struct report_facts *facts);

#endif
