/* bench compare: did it get better or worse? */
#include "bench/command.h"
#include "bench/markup.h"
#include "bench/results.h"
#include "bench/verdict.h"
#include "common/log.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench compare [--fail-on PERCENT] [--measure NAME] [--json] BEFORE AFTER\n"
    "\n"
    "Compare each cell of two output folders: the ratio of the medians, and whether a difference is proven\n"
    "(Mann-Whitney U test, p < 0.01, at least five rounds on each side) or may be noise. With fewer rounds it\n"
    "says \"unknown\". The table is Markdown.\n"
    "\n"
    "      --fail-on PERCENT  exit status 1 when a cell got worse by more, say 5%; also when rounds are too few\n"
    "                         to prove it, and when AFTER lacks a cell of BEFORE\n"
    "      --measure NAME     bitrate (default), cpu, retransmits, frames, latency-p50, latency-p99\n"
    "      --json             print JSON\n"
    "  -h, --help             show this text\n";

struct cell {
    struct result_key key;
    struct comparison comparison;
    bool regression;
};

struct table {
    struct cell *cells;
    int count;
    int bad; /* files that could not be read */
    int regressions;
};

static int compare_key(const struct result_key *a, const struct result_key *b)
{
    return strcmp(a->network, b->network) || strcmp(a->mode, b->mode) || strcmp(a->driver, b->driver) ||
           a->vms != b->vms || strcmp(a->test, b->test);
}

/* All cells that either side has, those of the first side first. */
static int collect_keys(const char *before, const char *after, struct result_key **keys)
{
    struct result_key *more = NULL;
    int count = results_list(before, keys);
    int more_count = count < 0 ? -1 : results_list(after, &more);

    if (more_count < 0) {
        if (count >= 0)
            free(*keys);
        return -1;
    }
    struct result_key *all = realloc(*keys, (size_t)(count + more_count + 1) * sizeof(*all));
    if (!all) {
        free(*keys);
        free(more);
        return -1;
    }
    *keys = all;
    int first = count;
    for (int i = 0; i < more_count; i++) {
        int j = 0;
        while (j < first && compare_key(&all[j], &more[i]))
            j++;
        if (j == first)
            all[count++] = more[i];
    }
    free(more);
    return count;
}

static int fill(struct table *table, const char *before, const char *after, enum measure measure, double part)
{
    struct result_key *keys = NULL;
    double *left = calloc(RESULTS_ROUNDS_MAX, sizeof(*left)), *right = calloc(RESULTS_ROUNDS_MAX, sizeof(*right));
    int count = left && right ? collect_keys(before, after, &keys) : -1;

    table->cells = count < 0 ? NULL : calloc((size_t)count + 1, sizeof(*table->cells));
    for (int i = 0; table->cells && i < count; i++) {
        if (!measure_fits(measure, keys[i].test))
            continue;
        int left_count = results_values(before, &keys[i], measure, left, &table->bad);
        int right_count = results_values(after, &keys[i], measure, right, &table->bad);
        if (!left_count && !right_count)
            continue;
        struct cell *cell = &table->cells[table->count++];
        cell->key = keys[i];
        bool more = measure_more_is_better(measure);
        verdict_compare(&cell->comparison, left, left_count, right, right_count, more);
        cell->regression = verdict_is_regression(&cell->comparison, part, more);
        table->regressions += cell->regression;
    }
    if (count >= 0)
        free(keys);
    free(left);
    free(right);
    return table->cells ? 0 : -1;
}

static char *percent(double ratio, char *text)
{
    if (isfinite(ratio))
        snprintf(text, 32, "%+.1f %%", (ratio - 1) * 100);
    else
        snprintf(text, 32, "from zero");
    return text;
}

static void print_name(const char *name)
{
    fputs("| ", stdout);
    markup_markdown(stdout, name);
    fputc(' ', stdout);
}

static void print_markdown(const struct table *table, enum measure measure, bool gated)
{
    char change[32];

    printf("| network | mode | driver | VMs | test | before | after | change | rounds | p | verdict |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|\n");
    bool unknown = false;
    for (int i = 0; i < table->count; i++) {
        const struct cell *cell = &table->cells[i];
        const struct comparison *c = &cell->comparison;
        print_name(cell->key.network);
        print_name(cell->key.mode);
        print_name(cell->key.driver);
        printf("| %u ", cell->key.vms);
        print_name(cell->key.test);
        if (c->before_count)
            printf("| %.3g ", c->before);
        else
            printf("| - ");
        if (c->after_count)
            printf("| %.3g ", c->after);
        else
            printf("| - ");
        printf("| %s | %d, %d | %.3f | %s%s |\n", c->verdict == VERDICT_MISSING ? "-" : percent(c->ratio, change),
               c->before_count, c->after_count, c->p, verdict_name(c->verdict),
               gated && cell->regression ? " (regression)" : "");
        unknown |= c->verdict == VERDICT_UNKNOWN;
    }
    printf("\n%s in %s.", measure_title(measure), measure_unit(measure));
    if (unknown)
        printf(" \"unknown\": too few rounds to tell a change from noise; run with \"repeat: 5\" or more.");
    putchar('\n');
}

static cJSON *cell_json(const struct cell *cell, bool gated)
{
    const struct comparison *c = &cell->comparison;
    cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "network", cell->key.network);
    cJSON_AddStringToObject(object, "mode", cell->key.mode);
    cJSON_AddStringToObject(object, "driver", cell->key.driver);
    cJSON_AddNumberToObject(object, "vms", cell->key.vms);
    cJSON_AddStringToObject(object, "test", cell->key.test);
    if (c->before_count)
        cJSON_AddNumberToObject(object, "before", c->before);
    if (c->after_count)
        cJSON_AddNumberToObject(object, "after", c->after);
    cJSON_AddNumberToObject(object, "before_rounds", c->before_count);
    cJSON_AddNumberToObject(object, "after_rounds", c->after_count);
    if (c->verdict != VERDICT_MISSING && isfinite(c->ratio))
        cJSON_AddNumberToObject(object, "ratio", c->ratio);
    cJSON_AddNumberToObject(object, "p", c->p);
    cJSON_AddStringToObject(object, "verdict", verdict_name(c->verdict));
    if (gated)
        cJSON_AddBoolToObject(object, "regression", cell->regression);
    return object;
}

static void print_json(const struct table *table, enum measure measure, bool gated)
{
    cJSON *root = cJSON_CreateObject();

    cJSON_AddStringToObject(root, "measure", measure_names[measure]);
    cJSON_AddStringToObject(root, "unit", measure_unit(measure));
    cJSON *list = cJSON_AddArrayToObject(root, "cells");
    for (int i = 0; i < table->count; i++)
        cJSON_AddItemToArray(list, cell_json(&table->cells[i], gated));
    char *text = cJSON_Print(root);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(root);
}

static int compare_trees(const char *before, const char *after, enum measure measure, double part, bool json)
{
    char left[PATH_MAX], right[PATH_MAX];
    struct table table = {0};
    bool gated = part >= 0;

    results_tree(before, left, sizeof(left));
    results_tree(after, right, sizeof(right));
    if (fill(&table, left, right, measure, part) < 0)
        return 1;
    if (!table.count) {
        log_error("bench", "no results of %s in \"%s\" or \"%s\"", measure_names[measure], before, after);
        free(table.cells);
        return 1;
    }
    if (json)
        print_json(&table, measure, gated);
    else
        print_markdown(&table, measure, gated);
    free(table.cells);
    if (gated && table.regressions)
        log_error("bench", "%d of %d cells got worse by more than %g %%", table.regressions, table.count, part * 100);
    /* A file that cannot be read may be the one that got worse. */
    return gated && (table.regressions || table.bad);
}

/* "5%", "5", "2.5%" as 0.05; -1 if it is none. */
static double parse_percent(const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || (*end && strcmp(end, "%")) || !(value >= 0 && value <= 100) || text[0] < '0' || text[0] > '9')
        return -1;
    return value / 100;
}

static int parse_measure(const char *name)
{
    for (int i = 0; measure_names[i]; i++)
        if (!strcmp(measure_names[i], name))
            return i;
    return -1;
}

int command_compare(int argc, char **argv)
{
    static const struct option options[] = {{"fail-on", required_argument, NULL, 'f'},
                                            {"measure", required_argument, NULL, 'm'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    double part = -1;
    int measure = MEASURE_BITRATE, option;
    bool json = false;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        switch (option) {
        case 'f':
            if ((part = parse_percent(optarg)) < 0)
                return command_usage_error("compare", "--fail-on: \"%s\" is no percentage such as 5%%", optarg);
            break;
        case 'm':
            if ((measure = parse_measure(optarg)) < 0)
                return command_usage_error("compare", "--measure: unknown \"%s\"", optarg);
            break;
        case 'j':
            json = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("compare", "unknown option, or one without its value");
        }
    if (argc - optind != 2)
        return command_usage_error("compare", "two output folders are needed");
    return compare_trees(argv[optind], argv[optind + 1], (enum measure)measure, part, json);
}
