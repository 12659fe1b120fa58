/* bench path: the options, and the table in the end. */
#include "bench/command.h"
#include "bench/path.h"
#include "bench/results.h"
#include "bench/statistics.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench path [--quick] [--rounds N] [--time S] [-o DIR] [--json]\n"
    "\n"
    "Measure the path of frames without a guest: a network namespace plays the VM. Side by side, taking turns:\n"
    "  cable           the reference: one frame, one system call\n"
    "  passt           passt, where it is installed: a network stack in a process\n"
    "  helper          vmnet-helper\n"
    "  helper:offload  vmnet-helper --enable-tso --enable-checksum-offload\n"
    "  veth            the limit of the kernel: nothing between\n"
    "Needs root and Linux. Results: DIR/bench/path/host-<name>-1/.\n"
    "\n"
    "  -q, --quick         one short round: does it work at all?\n"
    "  -r, --rounds N      rounds that count, after a warm-up (default: 5)\n"
    "  -t, --time SECONDS  of one iperf3 run (default: 3)\n"
    "  -o, --output DIR    the output folder (default: out)\n"
    "      --only PATTERN  only cells whose name (path/host-helper-1/host-to-vm) has a part that matches it\n"
    "      --resume        keep the rounds that are there\n"
    "      --json          print the medians as JSON\n"
    "  -h, --help          show this text\n";

struct column {
    const char *title, *name;
    const char *test;
    enum measure measure;
};

/* "->": from the host to the VM. */
static const struct column columns[] = {
    {"Gbit/s ->", "gbit_host_to_vm", "host-to-vm", MEASURE_BITRATE},
    {"Gbit/s <-", "gbit_vm_to_host", "vm-to-host", MEASURE_BITRATE},
    {"s/GB ->", "cpu_host_to_vm", "host-to-vm", MEASURE_CPU},
    {"s/GB <-", "cpu_vm_to_host", "vm-to-host", MEASURE_CPU},
    {"retr ->", "retransmits_host_to_vm", "host-to-vm", MEASURE_RETRANSMITS},
    {"retr <-", "retransmits_vm_to_host", "vm-to-host", MEASURE_RETRANSMITS},
    {"kfps ->", "kframes_host_to_vm", "frames-host-to-vm", MEASURE_FRAMES},
    {"kfps <-", "kframes_vm_to_host", "frames-vm-to-host", MEASURE_FRAMES},
    {"idle p50", "idle_p50_us", "latency-idle", MEASURE_LATENCY_P50},
    {"idle p99", "idle_p99_us", "latency-idle", MEASURE_LATENCY_P99},
    {"load p50", "loaded_p50_us", "latency-loaded", MEASURE_LATENCY_P50},
    {"load p99", "loaded_p99_us", "latency-loaded", MEASURE_LATENCY_P99},
};

static const char *const rows[] = {"cable", "passt", "helper", "helper:offload", "veth"};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), ROWS = sizeof(rows) / sizeof(rows[0]), PATTERNS_MAX = 32 };

struct value {
    int count;
    double median, low, high;
};

static struct value read_value(const char *tree, const char *driver, const struct column *column, double *values)
{
    struct result_key key = {.network = "path", .mode = "host", .vms = 1};
    struct value value = {0};
    int bad = 0;

    text_copy(key.driver, sizeof(key.driver), driver);
    text_copy(key.test, sizeof(key.test), column->test);
    value.count = results_values(tree, &key, column->measure, values, &bad);
    if (value.count) {
        value.median = statistics_median(values, value.count);
        value.low = values[0];
        value.high = values[value.count - 1];
    }
    return value;
}

static void print_table(struct value (*table)[COLUMNS])
{
    bool spread = false;
    int rounds = 0;

    printf("%-15s", "");
    for (int c = 0; c < COLUMNS; c++)
        printf(" %9s", columns[c].title);
    putchar('\n');
    for (int r = 0; r < ROWS; r++) {
        printf("%-15s", rows[r]);
        for (int c = 0; c < COLUMNS; c++) {
            const struct value *value = &table[r][c];
            spread |= value->count > 1;
            rounds = value->count > rounds ? value->count : rounds;
            if (value->count)
                printf(" %9.*f", value->median >= 100 ? 0 : 2, value->median);
            else
                printf(" %9s", "-");
        }
        putchar('\n');
        if (!spread)
            continue;
        printf("%-15s", "  least to most");
        for (int c = 0; c < COLUMNS; c++) {
            const struct value *value = &table[r][c];
            char text[40] = "";
            if (value->count > 1)
                snprintf(text, sizeof(text), "%.*f-%.*f", value->high >= 10 ? 0 : 1, value->low,
                         value->high >= 10 ? 0 : 1, value->high);
            printf(" %9s", text);
        }
        putchar('\n');
    }
    printf("-> from the host to the VM, <- back. s/GB: CPU seconds of the process between for 10^9 bytes. retr: TCP\n"
           "retransmissions. kfps: thousands of 64-byte UDP frames a second. p50, p99: round trip in microseconds,\n"
           "alone and beside a TCP stream to the VM. Medians of %d rounds.\n", rounds);
}

static void print_json(struct value (*table)[COLUMNS])
{
    cJSON *root = cJSON_CreateObject();

    for (int r = 0; r < ROWS; r++) {
        cJSON *row = cJSON_AddObjectToObject(root, rows[r]);
        for (int c = 0; c < COLUMNS; c++) {
            const struct value *value = &table[r][c];
            if (!value->count)
                continue;
            cJSON *cell = cJSON_AddObjectToObject(row, columns[c].name);
            cJSON_AddNumberToObject(cell, "median", value->median);
            cJSON_AddNumberToObject(cell, "min", value->low);
            cJSON_AddNumberToObject(cell, "max", value->high);
            cJSON_AddNumberToObject(cell, "rounds", value->count);
        }
    }
    char *text = cJSON_Print(root);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(root);
}

static int print_results(const char *output, bool json)
{
    char tree[PATH_MAX];
    struct value table[ROWS][COLUMNS];
    double *values = calloc(RESULTS_ROUNDS_MAX, sizeof(*values));

    if (!values || !text_format(tree, sizeof(tree), "%s/bench", output)) {
        free(values);
        return 1;
    }
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            table[r][c] = read_value(tree, rows[r], &columns[c], values);
    free(values);
    if (json)
        print_json(table);
    else
        print_table(table);
    return 0;
}

int command_path(int argc, char **argv)
{
    static const struct option options[] = {
        {"quick", no_argument, NULL, 'q'},      {"rounds", required_argument, NULL, 'r'},
        {"time", required_argument, NULL, 't'}, {"output", required_argument, NULL, 'o'},
        {"resume", no_argument, NULL, 'e'},     {"only", required_argument, NULL, 'n'},
        {"json", no_argument, NULL, 'j'},       {"help", no_argument, NULL, 'h'},
        {0}};
    struct path_options path = {.output = "out", .small = true};
    unsigned long rounds = 5, seconds = 3;
    bool json = false, quick = false;
    char *patterns[PATTERNS_MAX];
    int option;

    while ((option = getopt_long(argc, argv, "qr:t:o:h", options, NULL)) != -1)
        switch (option) {
        case 'q':
            quick = true;
            rounds = seconds = 1;
            break;
        case 'r':
            if (text_parse_number(optarg, 1, RESULTS_ROUNDS_MAX, &rounds) < 0)
                return command_usage_error("path", "--rounds: \"%s\" is not a number from 1 to %d", optarg,
                                           RESULTS_ROUNDS_MAX);
            break;
        case 't':
            if (text_parse_number(optarg, 1, 3600, &seconds) < 0)
                return command_usage_error("path", "--time: \"%s\" is not a number from 1 to 3600", optarg);
            break;
        case 'o':
            path.output = optarg;
            break;
        case 'e':
            path.resume = true;
            break;
        case 'n':
            if (path.pattern_count == PATTERNS_MAX)
                return command_usage_error("path", "more than %d times --only", PATTERNS_MAX);
            patterns[path.pattern_count++] = optarg;
            break;
        case 'j':
            json = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("path", "unknown option, or one without its value");
        }
    if (argc > optind)
        return command_usage_error("path", "\"%s\" is no option", argv[optind]);
    path.patterns = patterns;
    path.rounds = (unsigned)rounds;
    path.time = (unsigned)seconds;
    path.short_time = quick ? 0.3 : 1;
    path.warm_up = !quick;
    int result = path_measure(&path);
    if (result == 0 || result == 130)
        print_results(path.output, json);
    return result;
}
