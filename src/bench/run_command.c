/* bench run: the options; run.c does the work. */
#include "bench/command.h"
#include "bench/run.h"
#include "common/log.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: vmnet-bench run [--only PATTERN] [--resume] [--netns NAME] [--check] FILE\n"
    "\n"
    "Measure what the benchmark file describes: each network, driver, mode, number of VMs and test. FILE is a\n"
    "path, or the name of one that comes with the program (full, quick, offloading, engine, linux, tiny, path).\n"
    "Results: OUTPUT/bench/<network>/<mode>-<driver[:tag]>-<vms>/<test>.json, further rounds <test>.2.json, ...\n"
    "\n"
    "      --only PATTERN  only cells whose name has a part that matches the shell pattern, e.g. host-qemu*vm-to-vm;\n"
    "                      may be given several times\n"
    "      --resume        keep what was measured before; measure the rest\n"
    "      --netns NAME    (Linux) work in this network namespace\n"
    "      --check         only check the file and list its cells\n"
    "  -h, --help          show this text\n"
    "\n"
    "Exit status 1: a cell failed (twice); its reason is in run.json, and the others were measured.\n";

enum { PATTERNS_MAX = 32 };

static void list(const struct matrix *matrix)
{
    char name[5 * NAME_SIZE];

    for (int i = 0; i < matrix->count; i++)
        for (int t = 0; t < matrix->setups[i].test_count; t++) {
            matrix_cell_name(&matrix->setups[i].key, matrix->setups[i].tests[t], name, sizeof(name));
            puts(name);
        }
}

static int run_file(const char *name, struct run_options *options, char *const *patterns, int count, bool check)
{
    char path[PATH_MAX];
    struct matrix matrix;
    struct benchmark *benchmark = malloc(sizeof(*benchmark));
    int result = 1;

    options->benchmark = benchmark;
    options->file = path;
    if (benchmark && name_find(name, "benchmarks", path, sizeof(path)) == 0 && benchmark_read(benchmark, path) == 0 &&
        matrix_create(&matrix, benchmark, patterns, count) == 0) {
        result = 0;
        if (check)
            list(&matrix);
        else
            result = run_matrix(&matrix, options);
        matrix_free(&matrix);
    }
    options->benchmark = NULL;
    options->file = NULL;
    free(benchmark);
    return result;
}

int command_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"only", required_argument, NULL, 'o'}, {"resume", no_argument, NULL, 'r'},
        {"netns", required_argument, NULL, 'n'}, {"check", no_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'}, {0}};
    struct run_options run = {.netns = getenv("VMNET_NETNS")};
    char *patterns[PATTERNS_MAX];
    int option, count = 0;
    bool check = false;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        switch (option) {
        case 'o':
            if (count == PATTERNS_MAX)
                return command_usage_error("run", "more than %d times --only", PATTERNS_MAX);
            patterns[count++] = optarg;
            break;
        case 'r':
            run.resume = true;
            break;
        case 'n':
            run.netns = optarg;
            break;
        case 'c':
            check = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("run", "unknown option, or one without its value");
        }
    if (argc - optind != 1)
        return command_usage_error("run", "one benchmark file is needed");
    if (run.netns && (!name_is_safe(run.netns) || run.netns[0] == '-'))
        return command_usage_error("run", "--netns: \"%s\" is no name", run.netns);
    return run_file(argv[optind], &run, patterns, count, check);
}
