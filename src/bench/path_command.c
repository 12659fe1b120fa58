/* bench path: the options, and the table in the end. */
#include "bench/command.h"
#include "bench/path.h"
#include "bench/path_ways.h"
#include "bench/results.h"
#include "bench/statistics.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: vmnet-bench path [--quick] [--rounds N] [--time S] [--vms N,...] [-o DIR] [--json]\n"
    "\n"
    "Measure the path of frames without a guest: a network namespace plays the VM. Side by side, taking turns:\n";
static const char options_help[] =
    "Needs root and Linux. Results: DIR/bench/path/host-<name>-<vms>/.\n"
    "\n"
    "  -q, --quick         one short round: does it work at all?\n"
    "  -r, --rounds N      rounds that count, after a warm-up (default: 5)\n"
    "  -t, --time SECONDS  of one iperf3 run (default: 2)\n"
    "      --vms N,...     so many VMs on the network, all with traffic at once: 1,2,4,8 (default: 1; not passt\n"
    "                      and peers)\n"
    "  -o, --output DIR    the output folder (default: out)\n"
    "      --only PATTERN  only cells whose name (path/host-helper-1/host-to-vm) has a part that matches it\n"
    "      --resume        keep the rounds that are there\n"
    "      --json          print the medians as JSON\n"
    "  -h, --help          show this text\n";

static void print_help(void)
{
    fputs(usage, stdout);
    for (int kind = 0; kind < PATH_WAYS; kind++) {
        const struct path_way *way = path_way((enum path_kind)kind);
        printf("  %-14s  %s%s\n", way->name, way->about, way->is_extra ? " (if --only names it)" : "");
    }
    fputs(options_help, stdout);
}

struct column {
    const char *title, *name;
    const char *test;
    enum measure measure;
};

/* "->": from the host to the VM. */
static const struct column columns[] = {
    {"Gbit/s ->", "gbit_host_to_vm", "host-to-vm", MEASURE_BITRATE},
    {"Gbit/s <-", "gbit_vm_to_host", "vm-to-host", MEASURE_BITRATE},
    {"Gbit/s ><", "gbit_vm_to_vm", "vm-to-vm", MEASURE_BITRATE},
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

enum {
    COLUMNS = sizeof(columns) / sizeof(columns[0]),
    ROWS_MAX = PATH_WAYS * BENCHMARK_LIST_MAX,
    PATTERNS_MAX = 32,
};

struct value {
    int count;
    double median, low, high;
};

struct row {
    char name[NAME_SIZE]; /* "helper", "helper #4": with four VMs */
    unsigned vms;
    struct value values[COLUMNS];
};

struct table {
    struct row rows[ROWS_MAX];
    int row_count;
    bool used[COLUMNS];
};

static struct value read_value(const char *tree, const char *driver, unsigned vms, const struct column *column,
                               double *values)
{
    struct result_key key = {.network = "path", .mode = "host", .vms = vms};
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

/* A way that was not measured has no row. */
static void fill_row(struct table *table, const char *tree, const char *driver, unsigned vms, double *values)
{
    struct row *row = &table->rows[table->row_count];
    char suffix[16] = "";
    bool is_there = false;

    if (vms > 1)
        snprintf(suffix, sizeof(suffix), " #%u", vms);
    text_format(row->name, sizeof(row->name), "%s%s", driver, suffix);
    row->vms = vms;
    for (int c = 0; c < COLUMNS; c++) {
        row->values[c] = read_value(tree, driver, vms, &columns[c], values);
        /* Nothing between VMs where there is but one. */
        table->used[c] |= row->values[c].count > 0 || strcmp(columns[c].test, "vm-to-vm");
        is_there |= row->values[c].count > 0;
    }
    table->row_count += is_there;
}

/* The row of the reference with as many VMs; NULL: it was not measured. */
static const struct row *reference_of(const struct table *table, const struct row *row)
{
    for (int r = 0; r < table->row_count; r++)
        if (table->rows[r].vms == row->vms && !strncmp(table->rows[r].name, "cable", 5))
            return &table->rows[r];
    return NULL;
}

/* What makes numbers of different machines comparable. */
static void print_ratios(const struct table *table, const struct row *row)
{
    const struct row *reference = reference_of(table, row);

    if (!reference || reference == row)
        return;
    printf("%-18s", "  times the cable");
    for (int c = 0; c < COLUMNS; c++) {
        const struct value *value = &row->values[c], *one = &reference->values[c];
        if (!table->used[c])
            continue;
        if (value->count && one->count && one->median > 0)
            printf(" %9.2f", value->median / one->median);
        else
            printf(" %9s", "");
    }
    putchar('\n');
}

static void print_spread(const struct table *table, const struct row *row)
{
    printf("%-18s", "  least to most");
    for (int c = 0; c < COLUMNS; c++) {
        const struct value *value = &row->values[c];
        char text[40] = "";
        if (!table->used[c])
            continue;
        if (value->count > 1)
            snprintf(text, sizeof(text), "%.*f-%.*f", value->high >= 10 ? 0 : 1, value->low, value->high >= 10 ? 0 : 1,
                     value->high);
        printf(" %9s", text);
    }
    putchar('\n');
}

static void print_table(const struct table *table)
{
    int rounds = 0;

    printf("%-18s", "");
    for (int c = 0; c < COLUMNS; c++)
        if (table->used[c])
            printf(" %9s", columns[c].title);
    putchar('\n');
    for (int r = 0; r < table->row_count; r++) {
        const struct row *row = &table->rows[r];
        bool spread = false;
        printf("%-18s", row->name);
        for (int c = 0; c < COLUMNS; c++) {
            const struct value *value = &row->values[c];
            spread |= value->count > 1;
            rounds = value->count > rounds ? value->count : rounds;
            if (value->count)
                printf(" %9.*f", value->median >= 100 ? 0 : 2, value->median);
            else if (table->used[c])
                printf(" %9s", "-");
        }
        putchar('\n');
        if (spread)
            print_spread(table, row);
        print_ratios(table, row);
    }
    printf("-> from the host to the VM, <- back, >< between VMs. s/GB: CPU seconds of the process between for 10^9 bytes.\n"
           "retr: TCP retransmissions. kfps: thousands of 64-byte UDP frames a second. p50, p99: round trip in\n"
           "microseconds, alone and beside a TCP stream to the VM. #N: N VMs, all with a stream at once; the sum counts.\n"
           "Medians of %d rounds.\n", rounds);
}

static void print_json(const struct table *table)
{
    cJSON *root = cJSON_CreateObject();

    for (int r = 0; r < table->row_count; r++) {
        cJSON *row = cJSON_AddObjectToObject(root, table->rows[r].name);
        for (int c = 0; c < COLUMNS; c++) {
            const struct value *value = &table->rows[r].values[c];
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

static void print_results(const struct benchmark *benchmark, bool json)
{
    char tree[PATH_MAX];
    struct table *table = calloc(1, sizeof(*table));
    double *values = calloc(RESULTS_ROUNDS_MAX, sizeof(*values));

    if (table && values && text_format(tree, sizeof(tree), "%s/bench", benchmark->output)) {
        for (int kind = 0; kind < PATH_WAYS; kind++)
            for (int v = 0; v < benchmark->vms_count; v++)
                if (benchmark->vms[v] == 1 || !path_way((enum path_kind)kind)->is_single)
                    fill_row(table, tree, path_way((enum path_kind)kind)->name, benchmark->vms[v], values);
        (json ? print_json : print_table)(table);
    }
    free(values);
    free(table);
}

/* "1,2,4" as the benchmark's numbers of VMs. Returns 0, or -1 when it is none. */
static int parse_vms(struct benchmark *benchmark, const char *text)
{
    char word[8];
    unsigned long number;

    for (benchmark->vms_count = 0;; text++) {
        size_t length = strcspn(text, ",");
        if (length >= sizeof(word) || benchmark->vms_count == BENCHMARK_LIST_MAX)
            return -1;
        memcpy(word, text, length);
        word[length] = '\0';
        if (text_parse_number(word, 1, MATRIX_NAMESPACES_MAX, &number) < 0)
            return -1;
        for (int i = 0; i < benchmark->vms_count; i++)
            if (benchmark->vms[i] == number)
                return -1;
        benchmark->vms[benchmark->vms_count++] = (unsigned)number;
        text += length;
        if (!*text)
            return 0;
    }
}

/* What a benchmark file for it would say. */
static void describe(struct benchmark *benchmark)
{
    static const char *const tests[] = {"host-to-vm", "vm-to-host", "vm-to-vm"};

    text_copy(benchmark->networks[0].name, NAME_SIZE, "path");
    benchmark->network_count = 1;
    for (int i = 0; i < 3; i++)
        text_copy(benchmark->tests[benchmark->test_count++], NAME_SIZE, tests[i]);
    benchmark_add_pps(benchmark);
    benchmark_add_latency(benchmark);
    benchmark->vms[0] = 1;
    benchmark->vms_count = 1;
    benchmark->vms_given = true;
    benchmark->repeat = 5;
    benchmark->time = 2;
    benchmark->parallel = 1;
    text_copy(benchmark->output, sizeof(benchmark->output), "out");
}

struct path_arguments {
    char *patterns[PATTERNS_MAX];
    int pattern_count;
    bool json, quick, resume, help;
};

static int parse_number(const char *option, const char *text, unsigned long max, unsigned *value)
{
    unsigned long number;

    if (text_parse_number(text, 1, max, &number) < 0)
        return command_usage_error("path", "%s: \"%s\" is not a number from 1 to %lu", option, text, max);
    *value = (unsigned)number;
    return 0;
}

/* Returns 0, or the exit status of wrong usage. */
static int parse_options(int argc, char **argv, struct benchmark *benchmark, struct path_arguments *arguments)
{
    static const struct option options[] = {
        {"quick", no_argument, NULL, 'q'},      {"rounds", required_argument, NULL, 'r'},
        {"time", required_argument, NULL, 't'}, {"output", required_argument, NULL, 'o'},
        {"resume", no_argument, NULL, 'e'},     {"only", required_argument, NULL, 'n'},
        {"vms", required_argument, NULL, 'v'},  {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},       {0}};
    int option, result = 0;

    while (!result && (option = getopt_long(argc, argv, "qr:t:o:h", options, NULL)) != -1)
        switch (option) {
        case 'q':
            arguments->quick = true;
            benchmark->repeat = benchmark->time = 1;
            break;
        case 'r':
            result = parse_number("--rounds", optarg, RESULTS_ROUNDS_MAX, &benchmark->repeat);
            break;
        case 't':
            result = parse_number("--time", optarg, 3600, &benchmark->time);
            break;
        case 'v':
            if (parse_vms(benchmark, optarg) < 0)
                result = command_usage_error("path", "--vms: \"%s\" is no list of different numbers from 1 to %d, such as "
                                             "1,2,4,8", optarg, MATRIX_NAMESPACES_MAX);
            break;
        case 'o':
            if (!text_copy(benchmark->output, sizeof(benchmark->output), optarg))
                result = command_usage_error("path", "--output: too long");
            break;
        case 'e':
            arguments->resume = true;
            break;
        case 'n':
            if (arguments->pattern_count == PATTERNS_MAX)
                result = command_usage_error("path", "more than %d times --only", PATTERNS_MAX);
            else
                arguments->patterns[arguments->pattern_count++] = optarg;
            break;
        case 'j':
            arguments->json = true;
            break;
        case 'h':
            arguments->help = true;
            return 0;
        default:
            result = command_usage_error("path", "unknown option, or one without its value");
        }
    if (!result && argc > optind)
        result = command_usage_error("path", "\"%s\" is no option", argv[optind]);
    return result;
}

static int run(const struct benchmark *benchmark, const struct path_arguments *arguments)
{
    struct matrix matrix;

    if (matrix_create(&matrix, benchmark, arguments->patterns, arguments->pattern_count) < 0)
        return 1;
    const struct path_options path = {.output = benchmark->output,
                                      .benchmark = benchmark,
                                      .matrix = &matrix,
                                      .short_time = arguments->quick ? 0.3 : 0.7,
                                      .warm_up = !arguments->quick,
                                      .resume = arguments->resume};
    int result = path_measure(&path);
    matrix_free(&matrix);
    if (result == 0 || result == 130)
        print_results(benchmark, arguments->json);
    return result;
}

int command_path(int argc, char **argv)
{
    struct path_arguments arguments = {0};
    struct benchmark *benchmark = calloc(1, sizeof(*benchmark));

    if (!benchmark)
        return 1;
    describe(benchmark);
    int result = parse_options(argc, argv, benchmark, &arguments);
    if (arguments.help)
        print_help();
    else if (!result)
        result = run(benchmark, &arguments);
    free(benchmark);
    return result;
}
