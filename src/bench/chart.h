/* A chart: rows of bars, some of them missing. What plot files select, ready to be drawn. */
#ifndef BENCH_CHART_H
#define BENCH_CHART_H

#include "bench/plot_file.h"
#include "bench/results.h"

#include <stdio.h>

enum { CHART_SERIES_MAX = 64, CHART_LABEL_SIZE = 2 * NAME_SIZE + 16 };

struct chart_bar {
    int count;                /* rounds measured; 0: missing */
    double median, low, high; /* low and high: the quartiles */
    bool impossible;          /* missing because it cannot be: vm-to-vm with one VM */
};

struct chart_series {
    char label[CHART_LABEL_SIZE];
    struct result_key key;                /* without a test */
    int group;                            /* the same for one driver with different numbers of VMs; from 0 */
    struct chart_bar bars[PLOT_LIST_MAX]; /* one for each row */
};

struct chart {
    char title[PLOT_TITLE_SIZE + NAME_SIZE + 32];
    enum measure measure;
    char rows[PLOT_LIST_MAX][NAME_SIZE]; /* the tests */
    int row_count;
    struct chart_series series[CHART_SERIES_MAX];
    int series_count;
    bool repeated; /* a bar has more than one round */
};

/* Fill the chart of one mode from the tree. Series without any value are left out. Bad files are
 * named and counted in *bad. Returns 0, or -1 (logged) when there is more than fits. */
int chart_collect(struct chart *chart, const struct plot_file *plot, const char *mode, const char *tree, int *bad);

/* "9.8", "0.68", "0": a value as people read it. text must hold 32 bytes; returned. */
char *chart_value(double value, char *text);

/* The chart as a table of text: one line for each series and row. */
void chart_print_table(const struct chart *chart, FILE *out);

/* Draw it by gnuplot, as PNG and SVG, to "<base>.png" and "<base>.svg".
 * Returns 0, or -1 (logged). */
int chart_draw(const struct chart *chart, const char *base);

/* The SVG alone. */
int chart_draw_svg(const struct chart *chart, const char *path);

/* Write the gnuplot script of the chart: for one terminal ("svg" or "pngcairo"), drawing to output,
 * with the numbers out of the file data. */
void chart_write_script(const struct chart *chart, const char *terminal, const char *output, const char *data,
                        FILE *out);

/* Write the numbers that the script reads. */
void chart_write_data(const struct chart *chart, FILE *out);

#endif
