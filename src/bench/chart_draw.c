/* A chart as a script of gnuplot, and its numbers. */
#include "bench/chart.h"
#include "bench/gnuplot.h"
#include "common/text.h"

#include <math.h>
#include <string.h>

/* Okabe and Ito, "Color Universal Design", 2008; yellow last, it is faint on white. */
static const char *const palette[] = {"#0072B2", "#E69F00", "#009E73", "#D55E00",
                                      "#56B4E9", "#CC79A7", "#999999", "#F0E442"};

enum { PALETTE_COUNT = sizeof(palette) / sizeof(palette[0]) };

static double largest(const struct chart *chart)
{
    double most = 0;

    for (int i = 0; i < chart->series_count; i++)
        for (int row = 0; row < chart->row_count; row++)
            if (chart->series[i].bars[row].count)
                most = fmax(most, fmax(chart->series[i].bars[row].median, chart->series[i].bars[row].high));
    return most > 0 ? most : 1;
}

/* More series than colours: nobody finds them in a legend. Each bar has its name beside it then, and the colour tells
 * what belongs together. */
static bool is_labelled(const struct chart *chart)
{
    return chart->series_count > PALETTE_COUNT;
}

static const char *colour(const struct chart *chart, int series)
{
    return palette[(is_labelled(chart) ? chart->series[series].group : series) % PALETTE_COUNT];
}

/* Lines of the legend, rather too many: gnuplot puts as many names side by side as fit. */
static int legend_lines(const struct chart *chart)
{
    size_t longest = 1;

    if (is_labelled(chart))
        return 0;
    for (int i = 0; i < chart->series_count; i++)
        longest = strlen(chart->series[i].label) > longest ? strlen(chart->series[i].label) : longest;
    int columns = 800 / (int)(longest * 8 + 50);
    columns = columns < 1 ? 1 : columns;
    return (chart->series_count + columns - 1) / columns;
}

static int height(const struct chart *chart)
{
    int bars = chart->row_count * chart->series_count;

    return 130 + bars * 20 + chart->row_count * 14 + legend_lines(chart) * 20;
}

static double bar_place(const struct chart *chart, int series, int row)
{
    return row - 0.42 + (series + 0.5) * 0.84 / (chart->series_count ? chart->series_count : 1);
}

/* Lines: series, row's centre, half the bar's height, median, low, high; then what is missing. */
void chart_write_data(const struct chart *chart, FILE *out)
{
    double thickness = 0.84 / (chart->series_count ? chart->series_count : 1);
    char value[32];

    for (int i = 0; i < chart->series_count; i++) {
        fprintf(out, "# %d\n", i);
        for (int row = 0; row < chart->row_count; row++) {
            const struct chart_bar *bar = &chart->series[i].bars[row];
            double y = bar_place(chart, i, row);
            if (bar->count > 1)
                fprintf(out, "%.6f %.6f %.9g %.9g %.9g %.9g %s\n", y, thickness * 0.46, bar->median, bar->low,
                        bar->high, bar->high, chart_value(bar->median, value));
            else if (bar->count)
                fprintf(out, "%.6f %.6f %.9g NaN NaN %.9g %s\n", y, thickness * 0.46, bar->median, bar->median,
                        chart_value(bar->median, value));
            else
                fprintf(out, "%.6f %.6f NaN NaN NaN 0 %s\n", y, thickness * 0.46,
                        bar->impossible ? "none" : "missing");
        }
        fputs("\n\n", out);
    }
}

static void write_axes(const struct chart *chart, FILE *out)
{
    char label[160];

    text_format(label, sizeof(label), "%s (%s)%s", measure_title(chart->measure), measure_unit(chart->measure),
                chart->repeated ? ", median and quartiles" : "");
    fputs("set title ", out);
    gnuplot_text(out, chart->title, false);
    int size = 16 * 80 / (int)(strlen(chart->title) + 1);
    fprintf(out, " noenhanced font \",%d\"\nset xlabel ", size > 16 ? 16 : size < 6 ? 6 : size);
    gnuplot_text(out, label, false);
    fprintf(out, " noenhanced\nset bmargin %.1f\nset ytics scale 0 noenhanced (", 4.2 + 1.2 * legend_lines(chart));
    for (int row = 0; row < chart->row_count; row++) {
        fputs(row ? ", " : "", out);
        gnuplot_text(out, chart->rows[row], true);
        fprintf(out, " %d", row);
    }
    fprintf(out, ")\nset yrange [%d.5:-0.5]\nset xrange [0:%.9g]\n", chart->row_count - 1, largest(chart) * (is_labelled(chart) ? 1.5 : 1.15));
}

/* Value and name beside each bar. */
static void write_labels(const struct chart *chart, FILE *out)
{
    char value[32], text[CHART_LABEL_SIZE + 48];

    for (int i = 0; i < chart->series_count; i++)
        for (int row = 0; row < chart->row_count; row++) {
            const struct chart_bar *bar = &chart->series[i].bars[row];
            text_format(text, sizeof(text), "%s  %s",
                        bar->count        ? chart_value(bar->median, value)
                        : bar->impossible ? "none"
                                          : "missing",
                        chart->series[i].label);
            fputs("set label ", out);
            gnuplot_text(out, text, false);
            fprintf(out, " at %.9g,%.6f left offset 0.6,0 font \",12\" noenhanced\n",
                    bar->count ? fmax(bar->median, bar->high) : 0, bar_place(chart, i, row));
        }
}

void chart_write_script(const struct chart *chart, const char *terminal, const char *output, const char *data,
                        FILE *out)
{
    fputs("set encoding utf8\n", out);
    if (!strcmp(terminal, "svg"))
        fprintf(out, "set terminal svg size 900,%d dynamic noenhanced font \"sans-serif,14\"\n", height(chart));
    else
        fprintf(out, "set terminal pngcairo size 900,%d noenhanced font \"sans-serif,11\" background \"#ffffff\"\n",
                height(chart));
    fputs("set output ", out);
    gnuplot_text(out, output, false);
    fputs("\ndata = ", out);
    gnuplot_text(out, data, false);
    fputs("\nset style fill solid 1.0 noborder\nset border 3 linecolor rgb \"#808080\"\n"
          "set tics textcolor \"black\"\n"
          "set grid xtics linecolor rgb \"#c0c0c0\"\nset xtics scale 0 nomirror\n"
          "set errorbars 0.6\n", out);
    fputs(is_labelled(chart) ? "set key off\n"
                             : "set key outside bottom center horizontal Left reverse noenhanced samplen 1\n", out);
    write_axes(chart, out);
    if (is_labelled(chart))
        write_labels(chart, out);
    for (int i = 0; i < chart->series_count; i++) {
        fprintf(out, "%sdata index %d using 3:1:(0):3:($1-$2):($1+$2) with boxxyerror linecolor rgb \"%s\" title ",
                i ? ", \\\n     " : "plot ", i, colour(chart, i));
        gnuplot_text(out, chart->series[i].label, false);
        if (chart->repeated)
            fprintf(out, ", \\\n     data index %d using 3:1:4:5 with xerrorbars linecolor rgb \"#606060\" "
                    "pointtype 0 notitle", i);
        if (!is_labelled(chart))
            fprintf(out, ", \\\n     data index %d using 6:1:7 with labels left offset 0.6,0 font \",12\" notitle", i);
    }
    fputc('\n', out);
}

static void write_script(const void *what, const char *terminal, const char *output, const char *data, FILE *out)
{
    chart_write_script(what, terminal, output, data, out);
}

static void write_data(const void *what, FILE *out)
{
    chart_write_data(what, out);
}

int chart_draw(const struct chart *chart, const char *base)
{
    const struct gnuplot_drawing drawing = {write_script, write_data, chart};

    return gnuplot_draw(&drawing, base);
}

int chart_draw_svg(const struct chart *chart, const char *path)
{
    const struct gnuplot_drawing drawing = {write_script, write_data, chart};

    return gnuplot_draw_svg(&drawing, path);
}
