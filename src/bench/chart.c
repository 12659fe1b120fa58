#include "bench/chart.h"
#include "bench/results.h"
#include "bench/statistics.h"
#include "common/log.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

static void measure_bar(struct chart_bar *bar, const char *tree, const struct result_key *key, enum measure measure,
                        double *values, int *bad)
{
    bar->count = results_values(tree, key, measure, values, bad);
    bar->impossible = !bar->count && key->vms < 2 && !strcmp(key->test, "vm-to-vm");
    if (!bar->count)
        return;
    bar->median = statistics_median(values, bar->count);
    bar->low = statistics_quantile(values, bar->count, 0.25);
    bar->high = statistics_quantile(values, bar->count, 0.75);
}

static void label_series(char *label, const struct plot_file *plot, const struct result_key *key)
{
    char suffix[16] = "";

    if (plot->vms_count > 1)
        text_format(suffix, sizeof(suffix), " #%u", key->vms);
    text_format(label, CHART_LABEL_SIZE, "%s%s%s%s", plot->network_count > 1 ? key->network : "",
                plot->network_count > 1 ? " " : "", key->driver, suffix);
}

/* Returns 0, or -1 when there is no room for another series. */
static int collect_series(struct chart *chart, const struct plot_file *plot, struct result_key *key, const char *tree,
                          double *values, int *bad)
{
    bool any = false;

    if (chart->series_count == CHART_SERIES_MAX)
        return -1;
    struct chart_series *series = &chart->series[chart->series_count];
    memset(series, 0, sizeof(*series));
    label_series(series->label, plot, key);
    series->key = *key;
    series->key.test[0] = '\0';
    for (int row = 0; row < chart->row_count; row++) {
        text_copy(key->test, sizeof(key->test), chart->rows[row]);
        measure_bar(&series->bars[row], tree, key, chart->measure, values, bad);
        any |= series->bars[row].count > 0;
        chart->repeated |= series->bars[row].count > 1;
    }
    chart->series_count += any;
    return 0;
}

int chart_collect(struct chart *chart, const struct plot_file *plot, const char *mode, const char *tree, int *bad)
{
    double *values = calloc(RESULTS_ROUNDS_MAX, sizeof(*values));
    int result = values ? 0 : -1;
    struct result_key key = {0};

    memset(chart, 0, sizeof(*chart));
    chart->measure = plot->measure;
    chart->row_count = plot->test_count;
    memcpy(chart->rows, plot->tests, sizeof(chart->rows));
    text_format(chart->title, sizeof(chart->title), "%s - %s network", plot->title, mode);
    text_copy(key.mode, sizeof(key.mode), mode);
    for (int n = 0, group = 0; n < plot->network_count; n++)
        for (int d = 0; d < plot->driver_count; d++) {
            int first = chart->series_count;
            for (int v = 0; v < plot->vms_count && result == 0; v++) {
                text_copy(key.network, sizeof(key.network), plot->networks[n]);
                text_copy(key.driver, sizeof(key.driver), plot->drivers[d]);
                key.vms = plot->vms[v];
                result = collect_series(chart, plot, &key, tree, values, bad);
            }
            for (int i = first; i < chart->series_count; i++)
                chart->series[i].group = group;
            group += chart->series_count > first;
        }
    free(values);
    if (result < 0)
        log_error("bench", "the plot \"%s\" has more than %d series: split it", plot->name, CHART_SERIES_MAX);
    return result;
}

char *chart_value(double value, char *text)
{
    int digits = value == 0 || value >= 1000 ? 0 : value < 0.1 ? 3 : value < 1 ? 2 : 1;

    snprintf(text, 32, "%.*f", digits, value);
    return text;
}

void chart_print_table(const struct chart *chart, FILE *out)
{
    char median[32], low[32], high[32];

    fprintf(out, "%s\n%s (%s)\n\n", chart->title, measure_title(chart->measure), measure_unit(chart->measure));
    for (int row = 0; row < chart->row_count; row++) {
        fprintf(out, "%s\n", chart->rows[row]);
        for (int i = 0; i < chart->series_count; i++) {
            const struct chart_bar *bar = &chart->series[i].bars[row];
            if (!bar->count)
                fprintf(out, "  %-40s %10s\n", chart->series[i].label, bar->impossible ? "-" : "missing");
            else if (bar->count == 1)
                fprintf(out, "  %-40s %10s\n", chart->series[i].label, chart_value(bar->median, median));
            else
                fprintf(out, "  %-40s %10s  (%s to %s, %d rounds)\n", chart->series[i].label,
                        chart_value(bar->median, median), chart_value(bar->low, low), chart_value(bar->high, high),
                        bar->count);
        }
    }
}
