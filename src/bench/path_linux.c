/* The rounds of `bench path`. All ways are made first, each in namespaces of its own; then they take turns: what the
 * machine does beside us, and what it does to its clock, hits all of them alike. */
#include "bench/path.h"
#include "bench/cell.h"
#include "bench/path_cable.h"
#include "bench/path_namespace.h"
#include "bench/path_streams.h"
#include "bench/path_traffic.h"
#include "bench/process_words.h"
#include "bench/progress.h"
#include "bench/stop.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct way {
    const struct matrix_setup *setup;
    struct path_cable cable;
    bool broken; /* it could not be made */
};

struct path_run {
    const struct path_options *options;
    char tree[PATH_MAX];
    struct way *ways;
    int way_count;
    struct progress progress;
    int failures;
};

/* {"bench": {...}} */
static char *own_result(cJSON *content)
{
    cJSON *root = cJSON_CreateObject();

    cJSON_AddItemToObject(root, "bench", content);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static char *measure_frames(const struct path_cable *cable, double seconds, bool reverse)
{
    const struct path_vm *vm = &cable->vms[0];
    struct path_frames frames;
    int result;

    if (reverse)
        result = path_frames_measure(vm->namespace, cable->host, cable->host_address, PATH_HOST_PORT, seconds, &frames);
    else
        result = path_frames_measure(cable->host, vm->namespace, vm->address, PATH_VM_PORT, seconds, &frames);
    if (result < 0)
        return NULL;
    cJSON *content = cJSON_CreateObject();
    cJSON_AddNumberToObject(content, "frames_per_second", frames.received);
    cJSON_AddNumberToObject(content, "sent_per_second", frames.sent);
    return own_result(content);
}

static char *measure_latency(const struct path_cable *cable, double seconds, bool loaded, char *reason, size_t size)
{
    const struct path_vm *vm = &cable->vms[0];
    struct round_trips trips;
    struct path_load load;

    if (loaded && path_load_start(&load, cable, (unsigned)seconds + 2, reason, size) < 0)
        return NULL;
    int result = path_round_trips_measure(cable->host, vm->namespace, vm->address, seconds, &trips);
    if (loaded && path_load_finish(&load, seconds + 20, reason, size) < 0)
        result = -1;
    return result < 0 ? NULL : round_trips_json(&trips);
}

static char *measure_once(const struct path_run *run, const struct path_cable *cable, const char *test, cJSON **record,
                          char *reason, size_t size)
{
    double seconds = run->options->short_time;
    char *text;

    text_copy(reason, size, "see the log");
    if (!strncmp(test, "frames-", 7))
        text = measure_frames(cable, seconds, !strcmp(test, "frames-vm-to-host"));
    else if (!strncmp(test, "latency-", 8))
        text = measure_latency(cable, seconds, !strcmp(test, "latency-loaded"), reason, size);
    else
        return path_streams_measure(cable, run->options->benchmark, test, record, reason, size);
    if (text)
        *record = cJSON_CreateObject();
    return text;
}

/* For run.json: who plays each VM, and the command line of the process between. */
static cJSON *describe(const struct path_cable *cable)
{
    cJSON *setup = cJSON_CreateObject(), *vms = cJSON_AddArrayToObject(setup, "vms");

    for (unsigned i = 0; i < cable->vm_count; i++) {
        cJSON *vm = cJSON_CreateObject();
        cJSON *words = cable->vms[i].carrier > 0 ? process_words(cable->vms[i].carrier) : NULL;
        cJSON_AddStringToObject(vm, "played_by", "a network namespace");
        cJSON_AddStringToObject(vm, "ip", cable->vms[i].address);
        if (words)
            cJSON_AddItemToObject(vm, "helper_command", words);
        cJSON_AddItemToArray(vms, vm);
    }
    return setup;
}

/* What the process between has to say to a failure. */
static void add_last_line(const struct path_cable *cable, char *reason, size_t size)
{
    char line[160], whole[600];

    path_cable_last_line(cable, line, sizeof(line));
    if (*line && cable->kind == PATH_COMMAND &&
        text_format(whole, sizeof(whole), "%s (%s: %s)", reason, cable->network->name, line))
        text_copy(reason, size, whole);
}

static struct result_key key_of(const struct matrix_setup *setup, int test)
{
    struct result_key key = setup->key;

    text_copy(key.test, sizeof(key.test), setup->tests[test]);
    return key;
}

static void fail(struct path_run *run, const struct result_key *key, unsigned round, const char *reason)
{
    char name[5 * NAME_SIZE];

    matrix_cell_name(key, key->test, name, sizeof(name));
    log_error("bench", "%s failed: %s", name, reason);
    run->failures++;
    cell_save_failure(run->tree, key, round, reason);
}

/* Measure a cell in a round; once more if it fails. Round 0 is the warm-up: nothing is kept. */
static void measure_cell(struct path_run *run, struct way *way, int test, unsigned round)
{
    struct result_key key = key_of(way->setup, test);
    char reason[600], name[5 * NAME_SIZE], *text = NULL;
    cJSON *record = NULL;

    if (round && run->options->resume && cell_is_done(run->tree, &key, round)) {
        progress_skip(&run->progress);
        return;
    }
    matrix_cell_name(&key, key.test, name, sizeof(name));
    progress_step(&run->progress, "%s%s", name, round ? "" : " (warm-up)");
    for (int attempt = 0; attempt < 2 && !text && !stop_wanted(); attempt++)
        text = measure_once(run, &way->cable, key.test, &record, reason, sizeof(reason));
    if (stop_wanted() || (text && !round)) {
        cJSON_Delete(record);
    } else if (!text && round) {
        add_last_line(&way->cable, reason, sizeof(reason));
        fail(run, &key, round, reason);
    } else if (text) {
        bool is_stream = measure_fits(MEASURE_BITRATE, key.test);
        cJSON_AddNumberToObject(record, "seconds",
                                is_stream ? run->options->benchmark->time : run->options->short_time);
        run->failures += cell_save(run->tree, &key, round, text, record, describe(&way->cable)) < 0;
    }
    free(text);
}

static void run_rounds(struct path_run *run)
{
    for (unsigned round = run->options->warm_up ? 0 : 1; round <= run->options->benchmark->repeat; round++)
        for (int test = 0; test < BENCHMARK_TESTS_MAX; test++)
            for (int i = 0; i < run->way_count; i++)
                if (!run->ways[i].broken && test < run->ways[i].setup->test_count && !stop_wanted())
                    measure_cell(run, &run->ways[i], test, round);
}

/* The setups of the matrix that are ours and can be here; old rounds of them go. Returns the number of cells. */
static int select_ways(struct path_run *run)
{
    const struct matrix *matrix = run->options->matrix;
    int cells = 0;

    for (int i = 0; i < matrix->count; i++) {
        const struct matrix_setup *setup = &matrix->setups[i];
        char reason[300];
        if (setup->driver)
            continue;
        bool there = path_kind_is_there(path_kind_of(setup), setup->network, reason, sizeof(reason));
        /* That passt is missing is nobody's fault; what a file asks for by its command is. */
        if (!there && !setup->network->word_count) {
            log_info("bench", "%s: left out", reason);
            continue;
        }
        for (int test = 0; test < setup->test_count; test++) {
            struct result_key key = key_of(setup, test);
            if (!run->options->resume)
                cell_clear(run->tree, &key);
            if (!there)
                fail(run, &key, 1, reason);
        }
        if (!there)
            continue;
        cells += setup->test_count;
        run->ways[run->way_count++].setup = setup;
    }
    return cells;
}

/* One that cannot be made fails, and the others go on. */
static void start_ways(struct path_run *run)
{
    for (int i = 0; i < run->way_count && !stop_wanted(); i++) {
        struct way *way = &run->ways[i];
        if (path_cable_start_kind(&way->cable, way->setup) == 0)
            continue;
        way->broken = true;
        for (int test = 0; test < way->setup->test_count && !stop_wanted(); test++) {
            struct result_key key = key_of(way->setup, test);
            fail(run, &key, 1, "it could not be made: see the log");
        }
    }
}

int path_measure(const struct path_options *options)
{
    struct path_run run = {.options = options};
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), result = 0;

    if (home < 0 || !text_format(run.tree, sizeof(run.tree), "%s/bench", options->output))
        return 1;
    run.ways = calloc((size_t)options->matrix->count, sizeof(*run.ways));
    if (!run.ways || geteuid() != 0) {
        log_error("bench", run.ways ? "this benchmark makes network namespaces: run it as root" : "out of memory");
        free(run.ways);
        close(home);
        return 1;
    }
    stop_install();
    int cells = select_ways(&run);
    progress_start(&run.progress, cells * (int)(options->benchmark->repeat + options->warm_up));
    start_ways(&run);
    if (!stop_wanted())
        run_rounds(&run);
    for (int i = 0; i < run.way_count; i++)
        path_cable_stop(&run.ways[i].cable);
    free(run.ways);
    if (path_namespace_enter(home) < 0)
        result = 1;
    close(home);
    return stop_wanted() ? 130 : result || run.failures ? 1 : 0;
}
