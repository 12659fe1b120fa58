/* The cells of a benchmark: networks x drivers x modes x VMs x tests. */
#ifndef BENCH_MATRIX_H
#define BENCH_MATRIX_H

#include "bench/benchmark.h"
#include "bench/results.h"

/* What runs with the same VMs: one start, all tests, one stop. */
struct matrix_setup {
    struct result_key key; /* of its tests; test is empty */
    const struct benchmark_driver *driver; /* NULL where namespaces play the VMs: all networks but vmnet-helper */
    const struct benchmark_network *network;
    char tests[BENCHMARK_TESTS_MAX][NAME_SIZE];
    int test_count;
};

struct matrix {
    struct matrix_setup *setups;
    int count;
};

/* The driver of networks that have just one: a namespace plays the VM. */
#define MATRIX_NAMESPACE "namespace"

/* More namespaces than that are not made. */
enum { MATRIX_NAMESPACES_MAX = 16 };

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
