/* The rounds of `bench run`. All setups take turns in each round, and their VMs are started anew: what the
 * machine does beside us hits all of them alike. After a start one second of traffic does not count. */
#include "bench/run.h"
#include "bench/cell.h"
#include "bench/path.h"
#include "bench/progress.h"
#include "bench/run_test.h"
#include "bench/statistics.h"
#include "bench/stop.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not from 5201 on, where a guest may have a server of its own. */
enum { FIRST_PORT = 5301, PORTS = 400 };

struct matrix_run {
    const struct run_options *options;
    const struct benchmark *benchmark;
    char tree[PATH_MAX];
    struct guest guests[GUESTS_MAX];
    unsigned guest_count;
    unsigned port;
    struct progress progress;
    int failures;
};

static struct result_key key_of(const struct matrix_setup *setup, int test)
{
    struct result_key key = setup->key;

    text_copy(key.test, sizeof(key.test), setup->tests[test]);
    return key;
}

static bool is_done(const struct matrix_run *run, const struct matrix_setup *setup, int test, unsigned round)
{
    struct result_key key = key_of(setup, test);

    return run->options->resume && cell_is_done(run->tree, &key, round);
}

static bool is_setup_done(const struct matrix_run *run, const struct matrix_setup *setup, unsigned round)
{
    for (int test = 0; test < setup->test_count; test++)
        if (!is_done(run, setup, test, round))
            return false;
    return true;
}

static void stop_guests(struct matrix_run *run)
{
    guests_stop(run->guests, run->guest_count);
    run->guest_count = 0;
}

static int start_guests_once(struct matrix_run *run, const struct matrix_setup *setup, bool fresh, char *reason,
                             size_t size)
{
    const struct guest_order order = {run->benchmark, setup, run->options->netns, fresh};

    run->guest_count = setup->key.vms;
    return guests_start(run->guests, run->guest_count, &order, reason, size);
}

/* All VMs of the setup; once more, from nothing, if one does not come up. */
static int start_guests(struct matrix_run *run, const struct matrix_setup *setup, char *reason, size_t size)
{
    int result = start_guests_once(run, setup, false, reason, size);

    if (result < 0 && !stop_wanted()) {
        log_warn("bench", "%s-%s-%u: %s: starting the VMs anew", setup->key.mode, setup->key.driver, setup->key.vms,
                 reason);
        stop_guests(run);
        result = start_guests_once(run, setup, true, reason, size);
    }
    if (result < 0)
        stop_guests(run);
    return result;
}

static cJSON *describe_setup(const struct matrix_run *run)
{
    cJSON *setup = cJSON_CreateObject();
    char *text = file_read(run->options->file, 1 << 20, NULL);

    if (text)
        cJSON_AddStringToObject(setup, "benchmark", text);
    free(text);
    cJSON *vms = cJSON_AddArrayToObject(setup, "vms");
    if (run->benchmark->cpus)
        cJSON_AddNumberToObject(setup, "cpus", run->benchmark->cpus);
    if (run->benchmark->memory)
        cJSON_AddNumberToObject(setup, "memory_mib", run->benchmark->memory);
    for (unsigned i = 0; i < run->guest_count; i++)
        cJSON_AddItemToArray(vms, guest_describe(&run->guests[i]));
    return setup;
}

static struct run_test new_test(struct matrix_run *run, const char *name)
{
    return (struct run_test){.benchmark = run->benchmark,
                             .test = name,
                             .netns = run->options->netns,
                             .guests = run->guests,
                             .guest_count = run->guest_count,
                             .port = FIRST_PORT + run->port++ % PORTS};
}

static void warm_up(struct matrix_run *run)
{
    struct run_test test = new_test(run, "host-to-vm");
    cJSON *record = NULL;
    char reason[200];

    test.seconds = 1;
    free(run_test(&test, &record, reason, sizeof(reason)));
    cJSON_Delete(record);
}

static void measure_cell(struct matrix_run *run, const struct matrix_setup *setup, int test, unsigned round)
{
    struct result_key key = key_of(setup, test);
    char name[5 * NAME_SIZE], reason[300] = "", *text = NULL;
    cJSON *record = NULL;

    matrix_cell_name(&key, key.test, name, sizeof(name));
    progress_step(&run->progress, "%s, round %u", name, round);
    for (int attempt = 0; attempt < 2 && !text && !stop_wanted(); attempt++) {
        struct run_test order = new_test(run, key.test);
        text = run_test(&order, &record, reason, sizeof(reason));
    }
    if (text && record) {
        run->failures += cell_save(run->tree, &key, round, text, record, describe_setup(run)) < 0;
    } else if (!stop_wanted()) {
        log_error("bench", "%s failed twice: %s", name, reason);
        run->failures++;
        cell_save_failure(run->tree, &key, round, reason);
    }
    free(text);
}

static void fail_setup(struct matrix_run *run, const struct matrix_setup *setup, unsigned round, const char *reason)
{
    log_error("bench", "%s/%s-%s-%u: the VMs do not start: %s", setup->key.network, setup->key.mode,
              setup->key.driver, setup->key.vms, reason);
    for (int test = 0; test < setup->test_count; test++) {
        struct result_key key = key_of(setup, test);
        run->failures++;
        cell_save_failure(run->tree, &key, round, reason);
        for (unsigned left = round; left <= run->benchmark->repeat; left++)
            progress_skip(&run->progress);
    }
}

/* Returns -1 when its VMs cannot be started: no use in trying again in the next round. */
static int measure_setup(struct matrix_run *run, const struct matrix_setup *setup, unsigned round)
{
    char reason[300] = "";

    if (is_setup_done(run, setup, round)) {
        for (int test = 0; test < setup->test_count; test++)
            progress_skip(&run->progress);
        return 0;
    }
    if (start_guests(run, setup, reason, sizeof(reason)) < 0) {
        if (stop_wanted())
            return 0;
        fail_setup(run, setup, round, reason);
        return -1;
    }
    if (run->benchmark->repeat > 1)
        warm_up(run);
    for (int test = 0; test < setup->test_count && !stop_wanted(); test++)
        if (is_done(run, setup, test, round))
            progress_skip(&run->progress);
        else
            measure_cell(run, setup, test, round);
    stop_guests(run);
    return 0;
}

static void run_rounds(struct matrix_run *run, const struct matrix *matrix)
{
    bool *failed = calloc((size_t)matrix->count, sizeof(*failed));

    for (unsigned round = 1; failed && round <= run->benchmark->repeat; round++)
        for (int i = 0; i < matrix->count && !stop_wanted(); i++)
            if (matrix->setups[i].driver && !failed[i])
                failed[i] = measure_setup(run, &matrix->setups[i], round) < 0;
    free(failed);
}

static int measure_path(const struct matrix_run *run, const struct matrix *matrix, const char *output)
{
    struct path_options path = {.output = output,
                                .benchmark = run->benchmark,
                                .matrix = matrix,
                                .short_time = run->benchmark->time,
                                .warm_up = run->benchmark->repeat > 1,
                                .resume = run->options->resume};
    for (int i = 0; i < matrix->count; i++)
        if (!matrix->setups[i].driver)
            return path_measure(&path);
    return 0;
}

static void prepare(struct matrix_run *run, const struct matrix *matrix)
{
    int cells = 0;

    for (int i = 0; i < matrix->count; i++)
        for (int test = 0; test < matrix->setups[i].test_count && matrix->setups[i].driver; test++) {
            struct result_key key = key_of(&matrix->setups[i], test);
            if (!run->options->resume)
                cell_clear(run->tree, &key);
            cells++;
        }
    progress_start(&run->progress, cells * (int)run->benchmark->repeat);
}

/* The measures that the summary tells of a test. */
static int measures_of(const char *test, enum measure *measures)
{
    static const enum measure shown[] = {MEASURE_BITRATE, MEASURE_FRAMES, MEASURE_LATENCY_P50, MEASURE_LATENCY_P99};
    int count = 0;

    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        if (measure_fits(shown[i], test))
            measures[count++] = shown[i];
    return count;
}

static void print_cell(const struct matrix_run *run, const struct result_key *key, double *values)
{
    enum measure measures[MEASURE_COUNT];
    char name[5 * NAME_SIZE];
    int bad = 0, any = 0;

    matrix_cell_name(key, key->test, name, sizeof(name));
    for (int i = 0, count = measures_of(key->test, measures); i < count; i++) {
        const char *unit = measure_unit(measures[i]), *which = measures[i] == MEASURE_LATENCY_P50   ? " p50"
                                                               : measures[i] == MEASURE_LATENCY_P99 ? " p99"
                                                                                                    : "";
        int rounds = results_values(run->tree, key, measures[i], values, &bad);
        any += rounds;
        if (rounds == 1)
            printf("%-55s %6.2f %s%s\n", name, values[0], unit, which);
        else if (rounds) {
            double median = statistics_median(values, rounds);
            printf("%-55s %6.2f %s%s (%.2f to %.2f, %d rounds)\n", name, median, unit, which, values[0],
                   values[rounds - 1], rounds);
        }
    }
    if (!any)
        printf("%-55s missing\n", name);
}

static void print_results(const struct matrix_run *run, const struct matrix *matrix)
{
    double *values = calloc(RESULTS_ROUNDS_MAX, sizeof(*values));

    for (int i = 0; values && i < matrix->count; i++)
        for (int test = 0; test < matrix->setups[i].test_count; test++) {
            struct result_key key = key_of(&matrix->setups[i], test);
            print_cell(run, &key, values);
        }
    free(values);
}

/* The folder of the results; without "output" one that goes in the end. */
static int choose_output(const struct benchmark *benchmark, char *output, size_t size)
{
    const char *tmp = getenv("TMPDIR");

    if (*benchmark->output)
        return text_copy(output, size, benchmark->output) ? 0 : -1;
    if (!text_format(output, size, "%s/vmnet-bench.XXXXXX", tmp && *tmp ? tmp : "/tmp") || !mkdtemp(output)) {
        log_error("bench", "cannot make a temporary folder: %s", strerror(errno));
        return -1;
    }
    return 0;
}

int run_matrix(const struct matrix *matrix, const struct run_options *options)
{
    struct matrix_run *run = calloc(1, sizeof(*run));
    char output[PATH_MAX];
    int result = 1;

    if (run && choose_output(options->benchmark, output, sizeof(output)) == 0) {
        run->options = options;
        run->benchmark = options->benchmark;
        if (text_format(run->tree, sizeof(run->tree), "%s/bench", output)) {
            stop_install();
            prepare(run, matrix);
            result = measure_path(run, matrix, output);
            run_rounds(run, matrix);
            print_results(run, matrix);
            result = stop_wanted() ? 130 : result || run->failures ? 1 : 0;
        }
        if (!*options->benchmark->output)
            file_remove_tree(output);
    }
    free(run);
    return result;
}
