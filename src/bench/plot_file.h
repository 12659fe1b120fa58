/* A plot file: which results `bench plot` draws side by side. */
#ifndef BENCH_PLOT_FILE_H
#define BENCH_PLOT_FILE_H

#include "bench/name.h"
#include "bench/measure.h"

enum { PLOT_LIST_MAX = 32, PLOT_TITLE_SIZE = 256 };

struct plot_file {
    char name[NAME_SIZE];
    char title[PLOT_TITLE_SIZE];
    char networks[PLOT_LIST_MAX][NAME_SIZE];
    char drivers[PLOT_LIST_MAX][NAME_SIZE]; /* "name" or "name:tag" */
    char modes[PLOT_LIST_MAX][NAME_SIZE];
    char tests[PLOT_LIST_MAX][NAME_SIZE];
    unsigned vms[PLOT_LIST_MAX];
    int network_count, driver_count, mode_count, test_count, vms_count;
    enum measure measure; /* our addition to the original's seven keys; bitrate without it */
};

/* Read the file. Returns 0, or -1 after logging line and column of what is wrong. */
int plot_file_read(struct plot_file *plot, const char *path);

#endif
