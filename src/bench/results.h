/* The result tree: <tree>/<network>/<mode>-<driver[:tag]>-<vms>/<test>.json, further rounds as
 * <test>.2.json, ..., and run.json beside them. The tree is out/bench, or one that somebody
 * published in this layout. */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "bench/iperf.h"
#include "bench/measure.h"
#include "bench/name.h"

#include <stddef.h>

enum { RESULTS_ROUNDS_MAX = 1000 };

/* One cell of the matrix. */
struct result_key {
    char network[NAME_SIZE];
    char mode[NAME_SIZE];
    char driver[NAME_SIZE]; /* "name" or "name:tag" */
    unsigned vms;
    char test[NAME_SIZE];
};

/* "<out>/bench" if it is there, else out itself: where the tree of an output folder is. */
void results_tree(const char *out, char *tree, size_t size);

/* The folder of a cell. False if a name of the key is not safe, or it does not fit. */
bool results_folder(const char *tree, const struct result_key *key, char *path, size_t size);

/* The file of a round, from 1 on. */
bool results_file(const char *tree, const struct result_key *key, unsigned round, char *path, size_t size);

/* Read one file. Returns 0, or -1 after logging its name and what is wrong with it. */
int results_read_file(const char *path, struct iperf_result *result);

/* The values of all rounds of a cell, in the order of rounds: at most RESULTS_ROUNDS_MAX, in
 * values. Bad files are named and skipped, and counted in *bad. Returns the number of values: 0
 * when the cell is missing. */
int results_values(const char *tree, const struct result_key *key, enum measure measure, double *values, int *bad);

/* All cells of the tree, sorted by name. Returns their number and sets *keys (to be freed), or -1
 * (logged). Folders and files that have other names than the layout's are passed over. */
int results_list(const char *tree, struct result_key **keys);

#endif
