/* The rounds of `bench path`. All cables are made first, each in namespaces of its own; then they take
 * turns: what the machine does beside us, and what it does to its clock, hits all of them alike. */
#include "bench/path.h"
#include "bench/capture.h"
#include "bench/cell.h"
#include "bench/path_cable.h"
#include "bench/path_namespace.h"
#include "bench/path_traffic.h"
#include "bench/progress.h"
#include "bench/stop.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum path_test { HOST_TO_VM, VM_TO_HOST, FRAMES_HOST_TO_VM, FRAMES_VM_TO_HOST, LATENCY_IDLE, LATENCY_LOADED, TESTS };

static const char *const test_names[TESTS] = {"host-to-vm",        "vm-to-host",   "frames-host-to-vm",
                                              "frames-vm-to-host", "latency-idle", "latency-loaded"};

struct path_run {
    const struct path_options *options;
    char tree[PATH_MAX];
    struct path_cable cables[PATH_KIND_COUNT];
    bool used[PATH_KIND_COUNT][TESTS];
    struct progress progress;
    int failures;
};

static pid_t start_server(const struct path_cable *cable)
{
    const char *const argv[] = {"iperf3", "-s", "-1", NULL};
    struct process_options options = {
        .argv = argv, .fds = {-1, -1, -1}, .fd_count = 3, .new_group = true, .die_with_parent = true};
    if (path_namespace_enter(cable->vm) < 0)
        return -1;
    pid_t pid = process_start(&options);
    if (pid < 0)
        log_error("bench", "cannot run iperf3: %s: install it", strerror(errno));
    return pid;
}

static bool is_refused(const char *text)
{
    return strstr(text, "unable to connect") || strstr(text, "server is busy");
}

/* iperf3's client in the host's namespace. It may come before its server listens: again then.
 * Returns its output (to be freed) or NULL, with the reason. */
static char *run_client(const struct path_cable *cable, bool reverse, unsigned seconds, char *reason, size_t size)
{
    char time[16], *output = NULL;
    const char *const argv[] = {"iperf3", "-c", cable->vm_address, "--json", "-t", time, reverse ? "-R" : NULL, NULL};
    double end = process_clock() + 10;
    struct iperf_result result;

    snprintf(time, sizeof(time), "%u", seconds);
    if (path_namespace_enter(cable->host) < 0)
        return NULL;
    while (!stop_wanted()) {
        int status = capture_run(argv, 2, seconds + 20, &output);
        if (status < 0)
            text_format(reason, size, "iperf3 did not end: %s", strerror(errno));
        else if (output && iperf_parse(&result, output, strlen(output), reason, size) == 0)
            return output;
        bool again = output && is_refused(output) && process_clock() < end;
        free(output);
        output = NULL;
        if (!again)
            break;
        stop_pause(0.05);
    }
    return output;
}

static int measure_stream(struct path_cable *cable, unsigned seconds, bool reverse, char **text, cJSON **record,
                          char *reason, size_t size)
{
    struct iperf_result result;
    pid_t server = start_server(cable);
    struct usage before = path_cable_usage(cable);

    if (server < 0) {
        text_copy(reason, size, "iperf3 could not be started");
        return -1;
    }
    *text = run_client(cable, reverse, seconds, reason, size);
    struct usage after = path_cable_usage(cable);
    process_end(server, 1);
    if (!*text || iperf_parse(&result, *text, strlen(*text), reason, size) < 0)
        return -1;
    *record = usage_record(&before, &after, result.bytes);
    return 0;
}

/* {"bench": {...}} */
static char *own_result(cJSON *content)
{
    cJSON *root = cJSON_CreateObject();

    cJSON_AddItemToObject(root, "bench", content);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static int measure_frames(struct path_cable *cable, double seconds, bool reverse, char **text)
{
    struct path_frames frames;
    int result;

    if (reverse)
        result = path_frames_measure(cable->vm, cable->host, PATH_HOST_ADDRESS, PATH_HOST_PORT, seconds, &frames);
    else
        result = path_frames_measure(cable->host, cable->vm, cable->vm_address, PATH_VM_PORT, seconds, &frames);
    if (result < 0)
        return -1;
    cJSON *content = cJSON_CreateObject();
    cJSON_AddNumberToObject(content, "frames_per_second", frames.received);
    cJSON_AddNumberToObject(content, "sent_per_second", frames.sent);
    *text = own_result(content);
    return 0;
}

static int measure_latency(struct path_cable *cable, double seconds, bool loaded, char **text)
{
    char time[16], *output = NULL;
    const char *const argv[] = {"iperf3", "-c", cable->vm_address, "--json", "-t", time, NULL};
    struct round_trips trips;
    struct capture load = {.pid = -1, .fd = -1};
    pid_t server = -1;

    snprintf(time, sizeof(time), "%u", (unsigned)seconds + 2);
    if (loaded) {
        if ((server = start_server(cable)) < 0 || path_namespace_enter(cable->host) < 0)
            return -1;
        stop_pause(0.2);
        if (capture_start(&load, argv, 2) < 0) {
            process_end(server, 1);
            return -1;
        }
        stop_pause(0.5);
    }
    int result = path_round_trips_measure(cable->host, cable->vm, cable->vm_address, seconds, &trips);
    if (loaded) {
        struct iperf_result stream;
        char reason[200];
        int status = capture_finish(&load, seconds + 20, &output);
        process_end(server, 1);
        if (status < 0 || !output || iperf_parse(&stream, output, strlen(output), reason, sizeof(reason)) < 0)
            result = -1;
        free(output);
    }
    if (result < 0)
        return -1;
    *text = round_trips_json(&trips);
    return *text ? 0 : -1;
}

static int measure_once(struct path_run *run, struct path_cable *cable, enum path_test test, char **text,
                        cJSON **record, char *reason, size_t size)
{
    const struct path_options *options = run->options;

    text_copy(reason, size, "see the log");
    switch (test) {
    case HOST_TO_VM:
    case VM_TO_HOST:
        return measure_stream(cable, options->time, test == VM_TO_HOST, text, record, reason, size);
    case FRAMES_HOST_TO_VM:
    case FRAMES_VM_TO_HOST:
        return measure_frames(cable, options->short_time, test == FRAMES_VM_TO_HOST, text);
    default:
        return measure_latency(cable, options->short_time, test == LATENCY_LOADED, text);
    }
}

/* Measure a cell in a round; once more if it fails. Round 0 is the warm-up: nothing is kept. */
static void measure_cell(struct path_run *run, struct path_cable *cable, enum path_test test, unsigned round)
{
    struct result_key key = {.network = "path", .mode = "host", .vms = 1};
    char reason[200], *text = NULL;
    cJSON *record = NULL;
    int result = -1;

    text_copy(key.driver, sizeof(key.driver), path_kind_names[cable->kind]);
    text_copy(key.test, sizeof(key.test), test_names[test]);
    if (round && run->options->resume && cell_is_done(run->tree, &key, round)) {
        progress_skip(&run->progress);
        return;
    }
    progress_step(&run->progress, "%s %s%s", key.driver, key.test, round ? "" : " (warm-up)");
    for (int attempt = 0; attempt < 2 && result < 0 && !stop_wanted(); attempt++)
        result = measure_once(run, cable, test, &text, &record, reason, sizeof(reason));
    if (stop_wanted()) {
        cJSON_Delete(record);
    } else if (!round) {
        cJSON_Delete(record);
    } else if (result < 0) {
        log_error("bench", "%s %s failed twice: %s", key.driver, key.test, reason);
        run->failures++;
        cell_save_failure(run->tree, &key, round, reason);
    } else {
        if (!record)
            record = cJSON_CreateObject();
        cJSON_AddNumberToObject(record, "seconds", test <= VM_TO_HOST ? run->options->time : run->options->short_time);
        run->failures += cell_save(run->tree, &key, round, text, record, NULL) < 0;
    }
    free(text);
}

static bool is_in_matrix(const struct matrix *matrix, const char *driver, const char *test)
{
    for (int i = 0; i < matrix->count; i++) {
        const struct matrix_setup *setup = &matrix->setups[i];
        for (int t = 0; t < setup->test_count; t++)
            if (!strcmp(setup->key.network, "path") && !strcmp(setup->key.driver, driver) &&
                !strcmp(setup->tests[t], test))
                return true;
    }
    return false;
}

/* Which cells there are; old rounds of them go. Returns their number. */
static int select_cells(struct path_run *run)
{
    const struct path_options *options = run->options;
    int count = 0;

    for (int kind = 0; kind < PATH_KIND_COUNT; kind++) {
        bool there = path_kind_is_there((enum path_kind)kind);
        if (!there)
            log_info("bench", "%s is not installed: left out", path_kind_names[kind]);
        for (int test = 0; test < TESTS; test++) {
            struct result_key key = {.network = "path", .mode = "host", .vms = 1};
            bool used = options->matrix ? is_in_matrix(options->matrix, path_kind_names[kind], test_names[test])
                                        : test <= VM_TO_HOST || options->small;
            text_copy(key.driver, sizeof(key.driver), path_kind_names[kind]);
            text_copy(key.test, sizeof(key.test), test_names[test]);
            used = used && there && matrix_is_wanted(&key, key.test, options->patterns, options->pattern_count);
            run->used[kind][test] = used;
            count += used;
            if (used && !options->resume)
                cell_clear(run->tree, &key);
        }
    }
    return count;
}

static bool is_used(const struct path_run *run, int kind)
{
    for (int test = 0; test < TESTS; test++)
        if (run->used[kind][test])
            return true;
    return false;
}

static void run_rounds(struct path_run *run)
{
    unsigned first = run->options->warm_up ? 0 : 1;

    for (unsigned round = first; round <= run->options->rounds; round++)
        for (int test = 0; test < TESTS; test++)
            for (int kind = 0; kind < PATH_KIND_COUNT; kind++)
                if (run->used[kind][test] && !stop_wanted())
                    measure_cell(run, &run->cables[kind], (enum path_test)test, round);
}

int path_measure(const struct path_options *options)
{
    static const struct path_cable none = {.carrier = -1, .peer = -1, .tap = -1, .host_tap = -1, .liveness = -1,
                                           .host = -1, .vm = -1, .log = -1};
    struct path_run run = {.options = options};
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), result = 0;

    if (home < 0 || !text_format(run.tree, sizeof(run.tree), "%s/bench", options->output))
        return 1;
    if (geteuid() != 0) {
        log_error("bench", "the path benchmark makes network namespaces: run it as root");
        close(home);
        return 1;
    }
    stop_install();
    int cells = select_cells(&run);
    if (!cells) {
        log_error("bench", "no cell matches --only: names are such as path/host-helper-1/host-to-vm");
        result = 1;
    }
    progress_start(&run.progress, cells * (int)(options->rounds + options->warm_up));
    for (int kind = 0; kind < PATH_KIND_COUNT; kind++) {
        run.cables[kind] = none;
        if (result == 0 && is_used(&run, kind) && path_cable_start_kind(&run.cables[kind], (enum path_kind)kind) < 0)
            result = 1;
    }
    if (result == 0)
        run_rounds(&run);
    for (int kind = 0; kind < PATH_KIND_COUNT; kind++)
        path_cable_stop(&run.cables[kind]);
    if (path_namespace_enter(home) < 0)
        result = 1;
    close(home);
    return stop_wanted() ? 130 : result || run.failures ? 1 : 0;
}
