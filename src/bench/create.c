/* bench create, bench delete: the VMs of `bench run`, made ready beforehand. */
#include "bench/command.h"
#include "bench/guest.h"
#include "bench/stop.h"
#include "common/log.h"

#include <cjson/cJSON.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char create_help[] =
    "usage: vmnet-bench create [--netns NAME] [FILE]\n"
    "\n"
    "Make the VMs that a benchmark needs (default: linux), with iperf3 in them, stop them again, and keep a snapshot\n"
    "of their disks: `run` then has only to start them, and begins with that disk each time. What is there is left\n"
    "as it is. Not needed: `run` makes what is missing.\n"
    "\n"
    "      --netns NAME  (Linux) work in this network namespace\n"
    "  -h, --help        show this text\n";

static const char delete_help[] =
    "usage: vmnet-bench delete\n"
    "\n"
    "Remove all VMs that `create` and `run` have made. Results stay.\n"
    "\n"
    "  -h, --help  show this text\n";

static int make_guests(const struct guest_order *order, struct guest *guests)
{
    char reason[300] = "";
    unsigned count = order->setup->key.vms;
    int result = 0;

    if (!guests_are_ready(guests, count, order)) {
        result = guests_start(guests, count, order, reason, sizeof(reason));
        guests_stop(guests, count);
    }
    if (result < 0 && !stop_wanted())
        log_error("bench", "%s-%s: %s", order->setup->key.mode, order->setup->key.driver, reason);
    for (unsigned i = 0; i < count && result == 0; i++)
        printf("%s\n", guests[i].name);
    return result;
}

/* Is there a set-up of the same VMs with more of them? */
static bool is_part(const struct matrix *matrix, const struct matrix_setup *setup)
{
    for (int i = 0; i < matrix->count; i++) {
        const struct matrix_setup *other = &matrix->setups[i];
        if (other->driver == setup->driver && !strcmp(other->key.mode, setup->key.mode) &&
            (other->key.vms > setup->key.vms || (other->key.vms == setup->key.vms && other < setup)))
            return true;
    }
    return false;
}

static int make_all(const struct benchmark *benchmark, const struct matrix *matrix, const char *netns)
{
    struct guest *guests = calloc(GUESTS_MAX, sizeof(*guests));
    int result = guests ? 0 : 1;

    for (int i = 0; guests && i < matrix->count && !stop_wanted(); i++) {
        const struct matrix_setup *setup = &matrix->setups[i];
        const struct guest_order order = {benchmark, setup, netns, false};
        if (setup->driver && !is_part(matrix, setup))
            result |= make_guests(&order, guests) < 0;
    }
    free(guests);
    return stop_wanted() ? 130 : result;
}

int command_create(int argc, char **argv)
{
    static const struct option options[] = {
        {"netns", required_argument, NULL, 'n'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *netns = getenv("VMNET_NETNS");
    char path[PATH_MAX];
    struct matrix matrix;
    int option, result = 1;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        switch (option) {
        case 'n':
            netns = optarg;
            break;
        case 'h':
            fputs(create_help, stdout);
            return 0;
        default:
            return command_usage_error("create", "unknown option, or one without its value");
        }
    if (argc - optind > 1)
        return command_usage_error("create", "one benchmark file at most");
    struct benchmark *benchmark = malloc(sizeof(*benchmark));
    if (benchmark && name_find(optind < argc ? argv[optind] : "linux", "benchmarks", path, sizeof(path)) == 0 &&
        benchmark_read(benchmark, path) == 0 && matrix_create(&matrix, benchmark, NULL, 0) == 0) {
        stop_install();
        result = make_all(benchmark, &matrix, netns);
        matrix_free(&matrix);
    }
    free(benchmark);
    return result;
}

static int delete_all(const cJSON *list)
{
    const cJSON *vm;
    int result = 0;

    cJSON_ArrayForEach(vm, list) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(vm, "name");
        if (!cJSON_IsString(name) || strncmp(name->valuestring, "bench-", 6))
            continue;
        if (guest_delete(name->valuestring) < 0) {
            log_error("bench", "cannot delete \"%s\": try vmnet-harness vm delete %s", name->valuestring,
                      name->valuestring);
            result = 1;
        } else {
            printf("%s\n", name->valuestring);
        }
    }
    return result;
}

int command_delete(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    const char *const list_argv[] = {guest_harness(), "vm", "list", "--json", NULL};
    char *output = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option != 'h')
            return command_usage_error("delete", "unknown option");
        fputs(delete_help, stdout);
        return 0;
    }
    if (argc > optind)
        return command_usage_error("delete", "it takes no argument");
    if (capture_run(list_argv, 2, 60, &output) != 0 || !output) {
        log_error("bench", "cannot list the VMs by \"%s\"", guest_harness());
        free(output);
        return 1;
    }
    cJSON *list = cJSON_Parse(output);
    free(output);
    int result = delete_all(list);
    cJSON_Delete(list);
    return result;
}
