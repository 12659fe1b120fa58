#include "bench/markup.h"
#include "bench/report.h"

static void write_bar(const struct chart_bar *bar, FILE *out)
{
    char median[32], low[32], high[32];

    if (!bar->count)
        fputs(bar->impossible ? " | -" : " | missing", out);
    else if (bar->count == 1)
        fprintf(out, " | %s", chart_value(bar->median, median));
    else
        fprintf(out, " | %s (%s to %s)", chart_value(bar->median, median), chart_value(bar->low, low),
                chart_value(bar->high, high));
}

static void write_picture(const struct chart *chart, int number, const char *pictures, FILE *out)
{
    fputs("![", out);
    markup_markdown(out, chart->title);
    fputs("](", out);
    markup_url(out, pictures);
    fprintf(out, "%d-%s.svg)\n\n", number, measure_names[chart->measure]);
}

static void write_chart(const struct chart *chart, int number, const char *pictures, FILE *out)
{
    fputs("\n## ", out);
    markup_markdown(out, chart->title);
    fprintf(out, "\n\n%s; %s is better%s.\n\n", measure_unit(chart->measure),
            measure_more_is_better(chart->measure) ? "more" : "less",
            chart->repeated ? ". The median of all rounds and, in brackets, the quartiles" : "");
    if (pictures)
        write_picture(chart, number, pictures, out);
    fputc('|', out);
    for (int row = 0; row < chart->row_count; row++) {
        fputs(" | ", out);
        markup_markdown(out, chart->rows[row]);
    }
    fputs(" |\n|---", out);
    for (int row = 0; row < chart->row_count; row++)
        fputs("|---:", out);
    fputs("|\n", out);
    for (int i = 0; i < chart->series_count; i++) {
        fputs("| ", out);
        markup_markdown(out, chart->series[i].label);
        for (int row = 0; row < chart->row_count; row++)
            write_bar(&chart->series[i].bars[row], out);
        fputs(" |\n", out);
    }
}

static void write_list(const char *title, const cJSON *list, FILE *out)
{
    const cJSON *item;

    if (list && list->child)
        fprintf(out, "%s", title);
    cJSON_ArrayForEach(item, list) {
        fputs("- ", out);
        markup_markdown(out, item->valuestring);
        fputc('\n', out);
    }
}

/* A block of code: its lines are indented, so that nothing in it counts. */
static void write_code(const char *text, FILE *out)
{
    fputs("\n    ", out);
    for (; *text; text++) {
        fputc(*text, out);
        if (*text == '\n' && text[1])
            fputs("    ", out);
    }
    fputs("\n", out);
}

static void write_hosts(const struct report_facts *facts, FILE *out)
{
    const cJSON *host, *fact;

    if (!facts->hosts->child)
        fputs("The results do not tell of the machine they are from.\n", out);
    cJSON_ArrayForEach(host, facts->hosts) {
        if (host != facts->hosts->child)
            fputs("\nand another machine:\n\n", out);
        cJSON_ArrayForEach(fact, host) {
            char *value = cJSON_IsString(fact) ? NULL : cJSON_PrintUnformatted(fact);
            fputs("- ", out);
            markup_markdown(out, fact->string);
            fputs(": ", out);
            markup_markdown(out, value ? value : cJSON_IsString(fact) ? fact->valuestring : "");
            fputc('\n', out);
            cJSON_free(value);
        }
    }
    write_list("\nGuests:\n\n", facts->guests, out);
    write_list("\nvmnet-helper:\n\n", facts->builds, out);
}

static void write_commands(const struct report_facts *facts, FILE *out)
{
    const cJSON *item;

    if (!facts->benches->child)
        fputs("\n    ./bench run FILE          # drivers x modes x VMs x tests\n"
              "    ./bench path              # the path of frames alone\n", out);
    cJSON_ArrayForEach(item, facts->benches) {
        write_code(item->valuestring, out);
    }
    cJSON_ArrayForEach(item, facts->benchmarks) {
        fputs("\nwith the benchmark file\n", out);
        write_code(item->valuestring, out);
    }
    cJSON_ArrayForEach(item, facts->commands) {
        fputc('\n', out);
        markup_markdown(out, item->string);
        fputs(":\n", out);
        write_code(item->valuestring, out);
    }
}

void report_write_markdown(const struct report *report, const char *pictures, FILE *out)
{
    const struct report_facts *facts = &report->facts;

    fprintf(out, "# Benchmark report\n\n%d cells of the matrix have results, of up to %d rounds.", report->cells,
            report->rounds);
    if (*facts->first)
        fprintf(out, " Begun at %s.", facts->first);
    fprintf(out, " %s\n", facts->failures->child ? "Some cells failed:" : "Medians of all:");
    write_list("\n", facts->failures, out);
    fputc('\n', out);
    report_write_summary(report, out);
    for (int i = 0; i < report->chart_count; i++)
        write_chart(report->charts[i], i + 1, pictures, out);
    fputs("\n## Environment\n\n", out);
    write_hosts(facts, out);
    if (report->bad)
        fprintf(out, "\n%d result files could not be read and are left out.\n", report->bad);
    fputs("\n## How to get these numbers\n", out);
    write_commands(facts, out);
}
