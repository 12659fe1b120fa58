/* All that was measured of one kind of machines, as one table: a row for each driver, a column for each test. */
#include "bench/markup.h"
#include "bench/report.h"

#include <string.h>

static bool is_same(const struct chart_series *a, const struct chart_series *b)
{
    return a->key.vms == b->key.vms && !strcmp(a->key.network, b->key.network) && !strcmp(a->key.driver, b->key.driver);
}

int report_rows(const struct report *report, int group, const struct chart_series **rows)
{
    int count = 0;

    for (int c = 0; c < report->chart_count; c++)
        for (int i = 0; report->groups[c] == group && i < report->charts[c]->series_count; i++) {
            const struct chart_series *series = &report->charts[c]->series[i];
            int known = 0;
            while (known < count && !is_same(rows[known], series))
                known++;
            if (known == count && count < REPORT_ROWS_MAX)
                rows[count++] = series;
        }
    return count;
}

const struct chart_bar *report_bar(const struct chart *chart, int row, const struct chart_series *series)
{
    for (int i = 0; i < chart->series_count; i++)
        if (is_same(&chart->series[i], series))
            return &chart->series[i].bars[row];
    return NULL;
}

const char *report_column_test(const struct chart *chart, int row)
{
    const char *test = chart->rows[row];

    return !strncmp(test, "frames-", 7) ? test + 7 : !strncmp(test, "latency-", 8) ? test + 8 : test;
}

const char *report_column_unit(const struct chart *chart)
{
    return chart->measure == MEASURE_LATENCY_P50   ? "p50 \xc2\xb5s"
           : chart->measure == MEASURE_LATENCY_P99 ? "p99 \xc2\xb5s"
                                                   : measure_unit(chart->measure);
}

const char *report_group_title(const struct report *report, int group)
{
    int c = 0;

    while (report->groups[c] != group)
        c++;
    const char *title = report->charts[c]->title, *dash = strstr(title, " - ");
    return dash ? dash + 3 : title;
}

static void write_group(const struct report *report, int group, FILE *out)
{
    const struct chart_series *rows[REPORT_ROWS_MAX];
    int row_count = report_rows(report, group, rows);
    char value[32];

    fputc('|', out);
    for (int c = 0; c < report->chart_count; c++)
        for (int row = 0; report->groups[c] == group && row < report->charts[c]->row_count; row++) {
            fputs(" | ", out);
            markup_markdown(out, report_column_test(report->charts[c], row));
            fprintf(out, "<br>%s", report_column_unit(report->charts[c]));
        }
    fputs(" |\n|---", out);
    for (int c = 0; c < report->chart_count; c++)
        for (int row = 0; report->groups[c] == group && row < report->charts[c]->row_count; row++)
            fputs("|---:", out);
    fputs("|\n", out);
    for (int i = 0; i < row_count; i++) {
        fputs("| ", out);
        markup_markdown(out, rows[i]->label);
        for (int c = 0; c < report->chart_count; c++)
            for (int row = 0; report->groups[c] == group && row < report->charts[c]->row_count; row++) {
                const struct chart_bar *bar = report_bar(report->charts[c], row, rows[i]);
                fprintf(out, " | %s", bar && bar->count ? chart_value(bar->median, value) : "-");
            }
        fputs(" |\n", out);
    }
}

void report_write_summary(const struct report *report, FILE *out)
{
    for (int group = 0; group < report->group_count; group++) {
        if (report->group_count > 1) {
            fputs(group ? "\n**" : "**", out);
            markup_markdown(out, report_group_title(report, group));
            fputs("**\n\n", out);
        }
        write_group(report, group, out);
    }
}
