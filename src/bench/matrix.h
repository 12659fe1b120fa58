/* The cells of a benchmark: networks x drivers x modes x VMs x tests. */
#ifndef BENCH_MATRIX_H
#define BENCH_MATRIX_H

#include "bench/benchmark.h"
#include "bench/results.h"

/* What runs with the same VMs: one start, all tests, one stop. */
struct matrix_setup {
    struct result_key key; /* of its tests; test is empty */
    const struct benchmark_driver *driver; /* NULL for the network "path", which has no guest */
    char tests[BENCHMARK_TESTS_MAX][NAME_SIZE];
    int test_count;
};

struct matrix {
    struct matrix_setup *setups;
    int count;
};

/* All setups whose tests match one of the patterns (shell patterns that may match any part of
 * "network/mode-driver-vms/test"; no pattern: all). The benchmark must live on. Returns 0, or -1 (logged);
 * to be freed by matrix_free(). A matrix without a cell is an error. */
int matrix_create(struct matrix *matrix, const struct benchmark *benchmark, char *const *patterns, int pattern_count);
void matrix_free(struct matrix *matrix);

/* Does the cell match one of the patterns, or is there none? */
bool matrix_is_wanted(const struct result_key *key, const char *test, char *const *patterns, int count);

/* "network/mode-driver-vms/test" */
void matrix_cell_name(const struct result_key *key, const char *test, char *name, size_t size);

#endif
