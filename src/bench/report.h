/* A report: all results of an output folder as one document. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/chart.h"

#include <cjson/cJSON.h>
#include <stdio.h>

enum { REPORT_CHARTS_MAX = 64, REPORT_HOSTS_MAX = 8 };

/* One table and picture: a mode and a measure. */
struct report {
    struct chart *charts[REPORT_CHARTS_MAX];
    int chart_count;
    cJSON *hosts[REPORT_HOSTS_MAX]; /* the machines that the results are of, as run.json tells; all different */
    int host_count;
    int cells; /* cells of the matrix that have results */
    int bad;   /* files that could not be read */
};

/* Read the tree. Returns 0, or -1 (logged). report_free() in both cases. */
int report_collect(struct report *report, const char *tree);
void report_free(struct report *report);

void report_write_markdown(const struct report *report, FILE *out);

/* One page that needs no other file and no network; light and dark. */
void report_write_html(const struct report *report, FILE *out);

#endif
