/* A report: all results of an output folder as one document. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/chart.h"
#include "bench/report_facts.h"

#include <stdio.h>

enum { REPORT_CHARTS_MAX = 64, REPORT_ROWS_MAX = 5 * CHART_SERIES_MAX };

/* One table and picture: a mode and a measure. */
struct report {
    struct chart *charts[REPORT_CHARTS_MAX];
    int groups[REPORT_CHARTS_MAX]; /* of each chart: those of the same machines and mode have the same, from 0 */
    int chart_count, group_count;
    struct report_facts facts;
    int cells, rounds; /* cells of the matrix that have results; the most rounds of one */
    int bad;           /* files that could not be read */
};

/* Read the tree. Returns 0, or -1 (logged). report_free() in both cases. */
int report_collect(struct report *report, const char *tree);
void report_free(struct report *report);

/* pictures: what is before "<number>-<measure>.svg" of each chart, seen from the document; NULL: there are none. */
void report_write_markdown(const struct report *report, const char *pictures, FILE *out);

/* One page that needs no other file and no network; light and dark. */
void report_write_html(const struct report *report, FILE *out);

/* The summary alone, as Markdown: for each group a table of medians. */
void report_write_summary(const struct report *report, FILE *out);

/* The rows of a group's summary: one of each series, from the chart that has it first. At most REPORT_ROWS_MAX;
 * returns their number. */
int report_rows(const struct report *report, int group, const struct chart_series **rows);

/* The bar of that series in this row of the chart; NULL if the chart has none. */
const struct chart_bar *report_bar(const struct chart *chart, int row, const struct chart_series *series);

/* What a column of the summary is called: "host-to-vm", "idle" above "Gbit/s", "p50 us". */
const char *report_column_test(const struct chart *chart, int row);
const char *report_column_unit(const struct chart *chart);

/* What it is of: "shared network", "the path alone, without a guest". */
const char *report_group_title(const struct report *report, int group);

#endif
