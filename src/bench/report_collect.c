#include "bench/report.h"
#include "bench/matrix.h"
#include "bench/results.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

static const enum measure measures[] = {MEASURE_BITRATE, MEASURE_CPU, MEASURE_FRAMES, MEASURE_LATENCY_P50,
                                        MEASURE_LATENCY_P99};

static void add_name(char (*list)[NAME_SIZE], int *count, const char *name)
{
    for (int i = 0; i < *count; i++)
        if (!strcmp(list[i], name))
            return;
    if (*count < PLOT_LIST_MAX)
        text_copy(list[(*count)++], NAME_SIZE, name);
}

/* In ascending order. */
static void add_vms(struct plot_file *plot, unsigned vms)
{
    int place = 0;

    while (place < plot->vms_count && plot->vms[place] < vms)
        place++;
    if (plot->vms_count == PLOT_LIST_MAX || (place < plot->vms_count && plot->vms[place] == vms))
        return;
    memmove(&plot->vms[place + 1], &plot->vms[place], (size_t)(plot->vms_count - place) * sizeof(plot->vms[0]));
    plot->vms[place] = vms;
    plot->vms_count++;
}

/* Of a network where namespaces play the VMs. */
static bool is_path(const struct result_key *key)
{
    return !strcmp(key->network, "path") || !strcmp(key->driver, MATRIX_NAMESPACE);
}

/* What a plot file of all results of a mode would say: of those with guests, or of those without. */
static void select_mode(struct plot_file *plot, const struct result_key *keys, int count, const char *mode,
                        enum measure measure, bool path)
{
    memset(plot, 0, sizeof(*plot));
    plot->measure = measure;
    text_copy(plot->title, sizeof(plot->title), measure_title(measure));
    for (int i = 0; i < count; i++) {
        if (strcmp(keys[i].mode, mode) || !measure_fits(measure, keys[i].test) || is_path(&keys[i]) != path)
            continue;
        add_name(plot->networks, &plot->network_count, keys[i].network);
        add_name(plot->drivers, &plot->driver_count, keys[i].driver);
        add_name(plot->tests, &plot->test_count, keys[i].test);
        add_vms(plot, keys[i].vms);
    }
}

/* Tests that none of the series has a value of. */
static void drop_empty_rows(struct chart *chart)
{
    int used = 0;

    for (int row = 0; row < chart->row_count; row++) {
        bool any = false;
        for (int i = 0; i < chart->series_count; i++) {
            any |= chart->series[i].bars[row].count > 0;
            chart->series[i].bars[used] = chart->series[i].bars[row];
        }
        memmove(chart->rows[used], chart->rows[row], sizeof(chart->rows[0]));
        used += any;
    }
    chart->row_count = used;
}

static int add_chart(struct report *report, const struct plot_file *plot, const char *mode, const char *tree, bool path)
{
    int bad = 0;
    struct chart *chart = malloc(sizeof(*chart));

    if (!chart || chart_collect(chart, plot, mode, tree, &bad) < 0) {
        free(chart);
        return -1;
    }
    /* A bad file is counted once, not for each measure that could have been in it. */
    if (plot->measure != MEASURE_CPU && plot->measure != MEASURE_LATENCY_P50)
        report->bad += bad;
    if (!chart->series_count || report->chart_count == REPORT_CHARTS_MAX) {
        free(chart);
        return 0;
    }
    drop_empty_rows(chart);
    if (path)
        text_format(chart->title, sizeof(chart->title), "%s - the path alone, without a guest", plot->title);
    for (int i = 0; i < chart->series_count; i++)
        for (int row = 0; row < chart->row_count; row++)
            if (chart->series[i].bars[row].count > report->rounds)
                report->rounds = chart->series[i].bars[row].count;
    report->groups[report->chart_count] = report->group_count;
    report->charts[report->chart_count++] = chart;
    return 0;
}

int report_collect(struct report *report, const char *tree)
{
    struct result_key *keys = NULL;
    struct plot_file *plot = malloc(sizeof(*plot));
    char modes[PLOT_LIST_MAX][NAME_SIZE];
    int mode_count = 0, result = plot ? 0 : -1;

    memset(report, 0, sizeof(*report));
    report_facts_collect(&report->facts, tree);
    int count = results_list(tree, &keys);
    if (count < 0)
        result = -1;
    for (int i = 0; i < count; i++)
        add_name(modes, &mode_count, keys[i].mode);
    for (int i = 0; i < 2 * mode_count && result == 0; i++) {
        const char *mode = modes[i % mode_count];
        bool path = i >= mode_count;
        int before = report->chart_count;
        for (size_t m = 0; m < sizeof(measures) / sizeof(measures[0]) && result == 0; m++) {
            select_mode(plot, keys, count, mode, measures[m], path);
            if (plot->test_count)
                result = add_chart(report, plot, mode, tree, path);
        }
        report->group_count += report->chart_count > before;
    }
    report->cells = count;
    free(keys);
    free(plot);
    return result;
}

void report_free(struct report *report)
{
    for (int i = 0; i < report->chart_count; i++)
        free(report->charts[i]);
    report_facts_free(&report->facts);
}
