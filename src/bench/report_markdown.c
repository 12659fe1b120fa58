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

static void write_chart(const struct chart *chart, FILE *out)
{
    fputs("\n## ", out);
    markup_markdown(out, chart->title);
    fprintf(out, "\n\n%s%s.\n\n|", measure_unit(chart->measure),
            chart->repeated ? ": the median of all rounds and, in brackets, the quartiles" : "");
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

void report_write_markdown(const struct report *report, FILE *out)
{
    fputs("# Benchmark report\n", out);
    for (int i = 0; i < report->chart_count; i++)
        write_chart(report->charts[i], out);

    fputs("\n## Environment\n\n", out);
    if (!report->host_count)
        fputs("The results do not tell of the machine they are from.\n", out);
    for (int i = 0; i < report->host_count; i++) {
        const cJSON *fact;
        if (i)
            fputs("\nand another machine:\n\n", out);
        cJSON_ArrayForEach(fact, report->hosts[i]) {
            char *value = cJSON_IsString(fact) ? NULL : cJSON_PrintUnformatted(fact);
            fputs("- ", out);
            markup_markdown(out, fact->string);
            fputs(": ", out);
            markup_markdown(out, value ? value : cJSON_IsString(fact) ? fact->valuestring : "");
            fputc('\n', out);
            cJSON_free(value);
        }
    }
    if (report->bad)
        fprintf(out, "\n%d result files could not be read and are left out.\n", report->bad);
    fputs("\n## How to get these numbers\n\n"
          "    ./bench run FILE          # drivers x modes x VMs x tests; the command lines are in each run.json\n"
          "    ./bench path              # the path of frames alone\n"
          "    ./bench report -o FILE DIR\n", out);
}
