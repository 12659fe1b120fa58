#include "bench/matrix.h"
#include "bench/path_ways.h"
#include "common/log.h"
#include "common/text.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

void matrix_cell_name(const struct result_key *key, const char *test, char *name, size_t size)
{
    text_format(name, size, "%s/%s-%s-%u/%s", key->network, key->mode, key->driver, key->vms, test);
}

bool matrix_is_wanted(const struct result_key *key, const char *test, char *const *patterns, int count)
{
    char name[5 * NAME_SIZE], pattern[1024];

    matrix_cell_name(key, test, name, sizeof(name));
    for (int i = 0; i < count; i++)
        if (text_format(pattern, sizeof(pattern), "*%s*", patterns[i]) && fnmatch(pattern, name, 0) == 0)
            return true;
    return count == 0;
}

static void add_setup(struct matrix *matrix, const struct benchmark *benchmark, const struct matrix_setup *model,
                      char *const *patterns, int pattern_count)
{
    struct matrix_setup setup = *model;

    setup.test_count = 0;
    for (int i = 0; i < benchmark->test_count; i++) {
        const char *test = benchmark->tests[i];
        bool possible = strcmp(test, "vm-to-vm") || setup.key.vms > 1;
        if (possible && matrix_is_wanted(&setup.key, test, patterns, pattern_count))
            text_copy(setup.tests[setup.test_count++], NAME_SIZE, test);
    }
    if (setup.test_count)
        matrix->setups[matrix->count++] = setup;
}

static bool is_named(const char *name, char *const *patterns, int count)
{
    for (int i = 0; i < count; i++)
        if (strstr(patterns[i], name))
            return true;
    return false;
}

/* A row of the network "path". */
static bool is_possible(const struct path_way *way, unsigned vms, char *const *patterns, int count)
{
    return (vms == 1 || !way->is_single) && (!way->is_extra || is_named(way->name, patterns, count));
}

static void add_namespaces(struct matrix *matrix, const struct benchmark *b, const struct benchmark_network *network,
                           char *const *patterns, int count)
{
    struct matrix_setup setup = {.key = {.mode = "host", .vms = 1}, .network = network};
    bool is_path = !strcmp(network->name, "path");

    text_copy(setup.key.network, sizeof(setup.key.network), network->name);
    for (int v = 0; v < (b->vms_given ? b->vms_count : 1); v++) {
        if (b->vms_given)
            setup.key.vms = b->vms[v];
        for (int kind = 0; is_path && kind < PATH_WAYS; kind++) {
            const struct path_way *way = path_way((enum path_kind)kind);
            text_copy(setup.key.driver, sizeof(setup.key.driver), way->name);
            if (is_possible(way, setup.key.vms, patterns, count))
                add_setup(matrix, b, &setup, patterns, count);
        }
        text_copy(setup.key.driver, sizeof(setup.key.driver), MATRIX_NAMESPACE);
        /* A command makes a network of its own for each VM. */
        if (!is_path && (setup.key.vms == 1 || !network->word_count))
            add_setup(matrix, b, &setup, patterns, count);
    }
}

static void add_guests(struct matrix *matrix, const struct benchmark *b, const struct benchmark_network *network,
                       char *const *patterns, int count)
{
    struct matrix_setup setup = {.network = network};

    text_copy(setup.key.network, sizeof(setup.key.network), network->name);
    for (int d = 0; d < b->driver_count; d++)
        for (int m = 0; m < b->mode_count; m++)
            for (int v = 0; v < b->vms_count; v++) {
                setup.driver = &b->drivers[d];
                text_copy(setup.key.driver, sizeof(setup.key.driver), setup.driver->label);
                text_copy(setup.key.mode, sizeof(setup.key.mode), b->modes[m]);
                setup.key.vms = b->vms[v];
                add_setup(matrix, b, &setup, patterns, count);
            }
}

static bool has_guests(const struct benchmark_network *network)
{
    return !strcmp(network->name, "vmnet-helper");
}

static int check_vms(const struct benchmark *benchmark)
{
    for (int n = 0; n < benchmark->network_count; n++)
        for (int v = 0; benchmark->vms_given && v < benchmark->vms_count; v++)
            if (!has_guests(&benchmark->networks[n]) && benchmark->vms[v] > MATRIX_NAMESPACES_MAX) {
                log_error("bench", "vms: the network \"%s\" has at most %d VMs", benchmark->networks[n].name,
                          MATRIX_NAMESPACES_MAX);
                return -1;
            }
    return 0;
}

int matrix_create(struct matrix *matrix, const struct benchmark *benchmark, char *const *patterns, int pattern_count)
{
    size_t most = (size_t)benchmark->network_count * ((size_t)benchmark->vms_count + 1) *
                  (5 + (size_t)benchmark->driver_count * (size_t)benchmark->mode_count);

    *matrix = (struct matrix){0};
    if (check_vms(benchmark) < 0)
        return -1;
    matrix->setups = calloc(most, sizeof(*matrix->setups));
    if (!matrix->setups) {
        log_error("bench", "out of memory");
        return -1;
    }
    for (int i = 0; i < benchmark->network_count; i++)
        if (has_guests(&benchmark->networks[i]))
            add_guests(matrix, benchmark, &benchmark->networks[i], patterns, pattern_count);
        else
            add_namespaces(matrix, benchmark, &benchmark->networks[i], patterns, pattern_count);
    if (!matrix->count) {
        log_error("bench", pattern_count ? "no cell matches --only: names are such as path/host-helper-1/host-to-vm; "
                                           "`run --check` lists them"
                                         : "the benchmark has no cell: vm-to-vm needs two VMs");
        matrix_free(matrix);
        return -1;
    }
    return 0;
}

void matrix_free(struct matrix *matrix)
{
    free(matrix->setups);
    matrix->setups = NULL;
}
