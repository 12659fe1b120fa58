/* The page is one file: styles inside, pictures as inline SVG in percents of its width, so that
 * text has the same size on a telephone as on a desk. */
#include "bench/markup.h"
#include "bench/report.h"

#include <math.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Benchmark report</title>\n<style>\n"
    ":root{color-scheme:light dark;--text:#1f2328;--page:#fff;--line:#d1d9e0;--dim:#59636e;--code:#f6f8fa}\n"
    "@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--page:#0d1117;--line:#3d444d;--dim:#9198a1;--code:#151b23}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);max-width:60rem;"
    "margin:0 auto;padding:1rem}\n"
    "h1,h2{line-height:1.25}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}h3{margin:1.5rem 0 .5rem;font-size:1rem}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse}\n"
    "th,td{padding:.3rem .8rem;border:1px solid var(--line);text-align:right;white-space:nowrap}\n"
    "th:first-child{text-align:left}th:first-child,td:first-child{position:sticky;left:0;background:var(--page)}.scroll{margin:1rem 0}.dim{color:var(--dim)}pre{overflow-x:auto;padding:.6rem .8rem;background:var(--code);border-radius:6px;font-size:.85rem}summary{cursor:pointer}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--dim)}dd{margin:0;"
    "overflow-wrap:anywhere}\n"
    "@media(max-width:40rem){th,td{padding:.2rem .45rem;font-size:.85rem}th:first-child{white-space:normal}}\n"
    "svg{display:block;width:100%;font:13px system-ui,sans-serif}svg text{fill:var(--text)}\n"
    "svg .group{font-weight:600}svg .dim{fill:var(--dim)}svg line{stroke:var(--text)}\n"
    "</style>\n</head>\n<body>\n<h1>Benchmark report</h1>\n";

static const char *const palette[] = {"#0072B2", "#E69F00", "#009E73", "#D55E00",
                                      "#56B4E9", "#CC79A7", "#999999", "#F0E442"};

enum { BAR = 16, LINE = 36, GROUP = 34, PALETTE_COUNT = sizeof(palette) / sizeof(palette[0]) };

static double largest(const struct chart *chart)
{
    double most = 0;

    for (int i = 0; i < chart->series_count; i++)
        for (int row = 0; row < chart->row_count; row++)
            if (chart->series[i].bars[row].count)
                most = fmax(most, fmax(chart->series[i].bars[row].median, chart->series[i].bars[row].high));
    return most > 0 ? most : 1;
}

/* One series of one row: its label, and below it the bar with the value beside. */
static void write_bar(const struct chart_series *series, int row, int index, int y, double scale, FILE *out)
{
    const struct chart_bar *bar = &series->bars[row];
    char value[32];
    double end = bar->count > 1 ? fmax(bar->median, bar->high) : bar->median;

    fprintf(out, "<text class=\"dim\" x=\"0\" y=\"%d\">", y + 13);
    markup_html(out, series->label);
    fputs("</text>", out);
    if (!bar->count) {
        fprintf(out, "<text x=\"0\" y=\"%d\">%s</text>\n", y + 30, bar->impossible ? "needs a second VM" : "missing");
        return;
    }
    fprintf(out, "<rect x=\"0\" y=\"%d\" width=\"%.2f%%\" height=\"%d\" fill=\"%s\"/>", y + 18, bar->median * scale,
            BAR, palette[index % PALETTE_COUNT]);
    if (bar->count > 1)
        fprintf(out, "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", bar->low * scale, bar->high * scale,
                y + 18 + BAR / 2, y + 18 + BAR / 2);
    fprintf(out, "<text x=\"%.2f%%\" dx=\"6\" y=\"%d\">%s</text>\n", end * scale, y + 31,
            chart_value(bar->median, value));
}

static void write_picture(const struct chart *chart, FILE *out)
{
    double scale = 85 / largest(chart);
    bool many = chart->series_count > PALETTE_COUNT;
    int y = 0;

    fprintf(out, "<svg role=\"img\" height=\"%d\" xmlns=\"http://www.w3.org/2000/svg\"><title>",
            chart->row_count * (GROUP + chart->series_count * LINE) + 8);
    markup_html(out, chart->title);
    fputs("</title>\n", out);
    for (int row = 0; row < chart->row_count; row++) {
        fprintf(out, "<text class=\"group\" x=\"0\" y=\"%d\">", y + 24);
        markup_html(out, chart->rows[row]);
        fputs("</text>\n", out);
        y += GROUP;
        for (int i = 0; i < chart->series_count; i++, y += LINE)
            write_bar(&chart->series[i], row, many ? chart->series[i].group : i, y, scale, out);
    }
    fputs("</svg>\n", out);
}

static void write_cell(const struct chart_bar *bar, FILE *out)
{
    char median[32], low[32], high[32];

    if (!bar->count)
        fprintf(out, "<td class=\"dim\">%s</td>", bar->impossible ? "-" : "missing");
    else if (bar->count == 1)
        fprintf(out, "<td>%s</td>", chart_value(bar->median, median));
    else
        fprintf(out, "<td>%s <span class=\"dim\">%s to %s, %d rounds</span></td>", chart_value(bar->median, median),
                chart_value(bar->low, low), chart_value(bar->high, high), bar->count);
}

static void write_chart(const struct chart *chart, FILE *out)
{
    fputs("<h2>", out);
    markup_html(out, chart->title);
    fprintf(out, "</h2>\n<p class=\"dim\">%s; %s is better%s.</p>\n", measure_unit(chart->measure),
            measure_more_is_better(chart->measure) ? "more" : "less",
            chart->repeated ? "; medians, with the quartiles" : "");
    write_picture(chart, out);
    fputs("<div class=\"scroll\"><table>\n<tr><th></th>", out);
    for (int row = 0; row < chart->row_count; row++) {
        fputs("<th>", out);
        markup_html(out, chart->rows[row]);
        fputs("</th>", out);
    }
    fputs("</tr>\n", out);
    for (int i = 0; i < chart->series_count; i++) {
        fputs("<tr><th>", out);
        markup_html(out, chart->series[i].label);
        fputs("</th>", out);
        for (int row = 0; row < chart->row_count; row++)
            write_cell(&chart->series[i].bars[row], out);
        fputs("</tr>\n", out);
    }
    fputs("</table></div>\n", out);
}

static void write_summary(const struct report *report, int group, FILE *out)
{
    const struct chart_series *rows[REPORT_ROWS_MAX];
    int row_count = report_rows(report, group, rows);
    char value[32];

    fputs("<h3>", out);
    markup_html(out, report_group_title(report, group));
    fputs("</h3>\n<div class=\"scroll\"><table>\n<tr><th></th>", out);
    for (int c = 0; c < report->chart_count; c++)
        for (int row = 0; report->groups[c] == group && row < report->charts[c]->row_count; row++) {
            fputs("<th>", out);
            markup_html(out, report_column_test(report->charts[c], row));
            fprintf(out, "<br><span class=\"dim\">%s</span></th>", report_column_unit(report->charts[c]));
        }
    fputs("</tr>\n", out);
    for (int i = 0; i < row_count; i++) {
        fputs("<tr><th>", out);
        markup_html(out, rows[i]->label);
        fputs("</th>", out);
        for (int c = 0; c < report->chart_count; c++)
            for (int row = 0; report->groups[c] == group && row < report->charts[c]->row_count; row++) {
                const struct chart_bar *bar = report_bar(report->charts[c], row, rows[i]);
                fprintf(out, "<td>%s</td>", bar && bar->count ? chart_value(bar->median, value) : "-");
            }
        fputs("</tr>\n", out);
    }
    fputs("</table></div>\n", out);
}

static void write_list(const char *title, const cJSON *list, FILE *out)
{
    const cJSON *item;

    if (!list->child)
        return;
    fprintf(out, "<p>%s</p>\n<ul>\n", title);
    cJSON_ArrayForEach(item, list) {
        fputs("<li>", out);
        markup_html(out, item->valuestring);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void write_host(const cJSON *host, FILE *out)
{
    const cJSON *fact;

    fputs("<dl>\n", out);
    cJSON_ArrayForEach(fact, host) {
        char *value = cJSON_IsString(fact) ? NULL : cJSON_PrintUnformatted(fact);
        fputs("<dt>", out);
        markup_html(out, fact->string);
        fputs("</dt><dd>", out);
        markup_html(out, value ? value : cJSON_IsString(fact) ? fact->valuestring : "");
        fputs("</dd>\n", out);
        cJSON_free(value);
    }
    fputs("</dl>\n", out);
}

static void write_environment(const struct report *report, FILE *out)
{
    const struct report_facts *facts = &report->facts;
    const cJSON *host;

    fputs("<h2>Environment</h2>\n", out);
    if (!facts->hosts->child)
        fputs("<p>The results do not tell of the machine they are from.</p>\n", out);
    cJSON_ArrayForEach(host, facts->hosts) {
        write_host(host, out);
    }
    write_list("Guests:", facts->guests, out);
    write_list("vmnet-helper:", facts->builds, out);
    if (report->bad)
        fprintf(out, "<p>%d result files could not be read and are left out.</p>\n", report->bad);
}

static void write_code(const char *title, const char *text, FILE *out)
{
    fputs("<p>", out);
    markup_html(out, title);
    fputs("</p>\n<pre>", out);
    markup_html(out, text);
    fputs("</pre>\n", out);
}

static void write_commands(const struct report_facts *facts, FILE *out)
{
    const cJSON *item;

    fputs("<h2>How to get these numbers</h2>\n", out);
    if (!facts->benches->child)
        write_code("", "./bench run FILE\n./bench path        # the path of frames alone", out);
    cJSON_ArrayForEach(item, facts->benches) {
        write_code("", item->valuestring, out);
    }
    cJSON_ArrayForEach(item, facts->benchmarks) {
        write_code("The benchmark file:", item->valuestring, out);
    }
    if (facts->commands->child)
        fputs("<details><summary>Command lines that this ran</summary>\n", out);
    cJSON_ArrayForEach(item, facts->commands) {
        write_code(item->string, item->valuestring, out);
    }
    if (facts->commands->child)
        fputs("</details>\n", out);
}

void report_write_html(const struct report *report, FILE *out)
{
    const struct report_facts *facts = &report->facts;

    fputs(head, out);
    fprintf(out, "<h2>Summary</h2>\n<p>%d cells of the matrix have results, of up to %d rounds.", report->cells,
            report->rounds);
    if (*facts->first)
        fprintf(out, " Begun at %s.", facts->first);
    fputs(" Medians:</p>\n", out);
    for (int group = 0; group < report->group_count; group++)
        write_summary(report, group, out);
    write_list("Cells that failed:", facts->failures, out);
    for (int i = 0; i < report->chart_count; i++)
        write_chart(report->charts[i], out);
    write_environment(report, out);
    write_commands(facts, out);
    fputs("</body>\n</html>\n", out);
}
