/* Drawing by gnuplot.
 *
 * gnuplot's language runs commands: `...` inside a string does, system() does. No text that anybody
 * wrote gets into the script as it is: each byte of it that is no letter and no blank is written as
 * an octal escape inside double quotes ("a\047b"), which gnuplot turns into the character after all
 * substitution is done. (A digit too: it would count as one of the escape before it.) Numbers come
 * from a second file. All text is noenhanced: '_' and '^' stay. */
#include "bench/chart.h"
#include "common/file.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Okabe and Ito, "Color Universal Design", 2008; yellow last, it is faint on white. */
static const char *const palette[] = {"#0072B2", "#E69F00", "#009E73", "#D55E00",
                                      "#56B4E9", "#CC79A7", "#999999", "#F0E442"};

enum { PALETTE_COUNT = sizeof(palette) / sizeof(palette[0]) };

/* A string literal. As a format, for tick labels: '%' doubled. */
static void write_text(FILE *out, const char *text, bool format)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (isascii(*c) && (isalpha(*c) || *c == ' '))
            fputc(*c, out);
        else
            fprintf(out, "\\%03o", *c);
        if (format && *c == '%')
            fprintf(out, "\\%03o", '%');
    }
    fputc('"', out);
}

static double largest(const struct chart *chart)
{
    double most = 0;

    for (int i = 0; i < chart->series_count; i++)
        for (int row = 0; row < chart->row_count; row++)
            if (chart->series[i].bars[row].count)
                most = fmax(most, fmax(chart->series[i].bars[row].median, chart->series[i].bars[row].high));
    return most > 0 ? most : 1;
}

static int height(const struct chart *chart)
{
    int bars = chart->row_count * chart->series_count;

    return 150 + bars * 20 + chart->row_count * 14 + chart->series_count / 4 * 20;
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
            double y = row - 0.42 + (i + 0.5) * thickness;
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
    write_text(out, chart->title, false);
    int size = 16 * 80 / (int)(strlen(chart->title) + 1);
    fprintf(out, " noenhanced font \",%d\"\nset xlabel ", size > 16 ? 16 : size < 6 ? 6 : size);
    write_text(out, label, false);
    fputs(" noenhanced\nset bmargin 5.5\nset ytics scale 0 noenhanced (", out);
    for (int row = 0; row < chart->row_count; row++) {
        fputs(row ? ", " : "", out);
        write_text(out, chart->rows[row], true);
        fprintf(out, " %d", row);
    }
    fprintf(out, ")\nset yrange [%d.5:-0.5]\nset xrange [0:%.9g]\n", chart->row_count - 1, largest(chart) * 1.15);
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
    write_text(out, output, false);
    fputs("\ndata = ", out);
    write_text(out, data, false);
    fputs("\nset style fill solid 1.0 noborder\nset border 3 linecolor rgb \"#808080\"\n"
          "set tics textcolor \"black\"\n"
          "set grid xtics linecolor rgb \"#c0c0c0\"\nset xtics nomirror\n"
          "set key outside bottom center horizontal Left reverse noenhanced samplen 1\nset errorbars 0.6\n", out);
    write_axes(chart, out);
    for (int i = 0; i < chart->series_count; i++) {
        fprintf(out, "%sdata index %d using 3:1:(0):3:($1-$2):($1+$2) with boxxyerror linecolor rgb \"%s\" title ",
                i ? ", \\\n     " : "plot ", i, palette[i % PALETTE_COUNT]);
        write_text(out, chart->series[i].label, false);
        if (chart->repeated)
            fprintf(out, ", \\\n     data index %d using 3:1:4:5 with xerrorbars linecolor rgb \"#606060\" "
                    "pointtype 0 notitle", i);
        fprintf(out, ", \\\n     data index %d using 6:1:7 with labels left offset 0.6,0 font \",10\" notitle", i);
    }
    fputc('\n', out);
}

/* gnuplot draws black on nothing. One file for light and dark pages: what is black turns light. */
static int add_style(char **svg, size_t *size)
{
    static const char style[] =
        "\n<style>svg{background:#fff}@media(prefers-color-scheme:dark){svg{background:#0d1117}"
        "[fill=\"black\"]{fill:#e6edf3}[color=\"black\"]{color:#e6edf3}}</style>\n";
    char *place = strstr(*svg, "</desc>");

    if (!place)
        return 0;
    place += strlen("</desc>");
    size_t before = (size_t)(place - *svg);
    char *styled = malloc(*size + sizeof(style));
    if (!styled)
        return -1;
    memcpy(styled, *svg, before);
    memcpy(styled + before, style, sizeof(style) - 1);
    memcpy(styled + before + sizeof(style) - 1, place, *size - before + 1);
    free(*svg);
    *svg = styled;
    *size += sizeof(style) - 1;
    return 0;
}

static int write_part(const char *path, const struct chart *chart, const char *terminal, const char *output,
                      const char *data)
{
    FILE *file = fopen(path, "w");

    if (!file)
        return -1;
    if (terminal)
        chart_write_script(chart, terminal, output, data, file);
    else
        chart_write_data(chart, file);
    return fclose(file) ? -1 : 0;
}

static int run_gnuplot(const char *script)
{
    const char *const argv[] = {"gnuplot", "-d", script, NULL};
    struct process_options options = {.argv = argv, .fds = {-1, 2, 2}, .fd_count = 3, .die_with_parent = true};
    pid_t pid = process_start(&options);

    if (pid < 0) {
        log_error("bench", "cannot run gnuplot: %s: install it (Debian: gnuplot-nox; Homebrew: gnuplot)",
                  strerror(errno));
        return -1;
    }
    int status = process_wait(pid, 120);
    if (status < 0) {
        process_end(pid, 1);
        log_error("bench", "gnuplot did not end within 120 seconds");
    } else if (status) {
        log_error("bench", "gnuplot failed with exit status %d", status);
    }
    return status ? -1 : 0;
}

static int draw_one(const struct chart *chart, const char *folder, const char *terminal, const char *path)
{
    char script[PATH_MAX], data[PATH_MAX], image[PATH_MAX];
    size_t size;

    if (!text_format(script, sizeof(script), "%s/script", folder) ||
        !text_format(data, sizeof(data), "%s/data", folder) ||
        !text_format(image, sizeof(image), "%s/%s", folder, terminal))
        return -1;
    if (write_part(script, chart, terminal, image, data) < 0 || write_part(data, chart, NULL, NULL, NULL) < 0) {
        log_error("bench", "cannot write in \"%s\": %s", folder, strerror(errno));
        return -1;
    }
    if (run_gnuplot(script) < 0)
        return -1;
    char *drawn = file_read(image, 64u << 20, &size);
    int result = -1;
    if (!drawn || !size)
        log_error("bench", "gnuplot drew nothing");
    else if ((strcmp(terminal, "svg") == 0 && add_style(&drawn, &size) < 0) ||
             file_write(path, 0644, drawn, size) < 0)
        log_error("bench", "cannot write \"%s\": %s", path, strerror(errno));
    else
        result = 0;
    free(drawn);
    return result;
}

int chart_draw(const struct chart *chart, const char *base)
{
    static const char *const terminals[] = {"pngcairo", "svg"};
    static const char *const endings[] = {"png", "svg"};
    const char *tmp = getenv("TMPDIR");
    char folder[PATH_MAX], path[PATH_MAX];
    int result = 0;

    if (!text_format(folder, sizeof(folder), "%s/vmnet-bench.XXXXXX", tmp && *tmp ? tmp : "/tmp") ||
        !mkdtemp(folder)) {
        log_error("bench", "cannot make a temporary folder in \"%s\": %s", tmp && *tmp ? tmp : "/tmp",
                  strerror(errno));
        return -1;
    }
    for (int i = 0; i < 2 && result == 0; i++)
        result = text_format(path, sizeof(path), "%s.%s", base, endings[i]) ?
                     draw_one(chart, folder, terminals[i], path) : -1;
    file_remove_tree(folder);
    return result;
}
