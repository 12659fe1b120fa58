/* bench plot-stats: two logs of helpers over time, before a change and after it. */
#include "bench/command.h"
#include "bench/gnuplot.h"
#include "bench/stats_log.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench plot-stats [--title TEXT] [-o PREFIX] [--threshold GBITS] BEFORE AFTER\n"
    "\n"
    "Draw the [stats] lines of two logs over time: throughput, and frames in each batch (efficiency).\n"
    "Pictures: PREFIX-throughput and PREFIX-efficiency, as .png and .svg.\n"
    "\n"
    "      --title TEXT       above the pictures\n"
    "  -o, --output PREFIX    default: stats\n"
    "      --threshold GBITS  leave out what is before and after traffic towards the VM of so many Gbit/s\n"
    "                         (default: 1.0)\n"
    "  -h, --help             show this text\n";

enum { LOG_MAX = 256 << 20, TITLE_SIZE = 256 };

struct series {
    struct stats_sample *samples;
    int first, end; /* the steady part */
};

struct stats_plot {
    char title[TITLE_SIZE];
    struct series logs[2];
    bool efficiency;
};

static double gigabits(const struct stats_sample *sample, const struct stats_side *side)
{
    return side->bytes * 8 / sample->duration / 1e9;
}

static double batch_size(const struct stats_side *side)
{
    double batches = side->fast + side->slow;

    return side->fast >= 0 && batches > 0 ? side->packets / batches : NAN;
}

static int read_series(struct series *series, const char *path, double threshold)
{
    char *text = file_read(path, LOG_MAX, NULL);

    if (!text) {
        log_error("bench", "cannot read \"%s\": %s", path, strerror(errno));
        return -1;
    }
    int count = stats_log_parse(text, &series->samples);
    free(text);
    series->end = count < 0 ? 0 : count;
    while (series->first < series->end &&
           gigabits(&series->samples[series->first], &series->samples[series->first].host) < threshold)
        series->first++;
    while (series->end > series->first &&
           gigabits(&series->samples[series->end - 1], &series->samples[series->end - 1].host) < threshold)
        series->end--;
    if (series->first < series->end)
        return 0;
    log_error("bench", "\"%s\" has no [stats] of %g Gbit/s towards the VM: try a lower --threshold", path, threshold);
    return -1;
}

static void write_data(const void *what, FILE *out)
{
    const struct stats_plot *plot = what;

    for (int i = 0; i < 2; i++) {
        const struct series *series = &plot->logs[i];
        double seconds = 0;
        for (int n = series->first; n < series->end; n++) {
            const struct stats_sample *sample = &series->samples[n];
            seconds += sample->duration;
            if (plot->efficiency)
                fprintf(out, "%.3f %.6g %.6g\n", seconds, batch_size(&sample->host), batch_size(&sample->vm));
            else
                fprintf(out, "%.3f %.6g %.6g\n", seconds, gigabits(sample, &sample->host),
                        gigabits(sample, &sample->vm));
        }
        fputs("\n\n", out);
    }
}

static void write_script(const void *what, const char *terminal, const char *output, const char *data, FILE *out)
{
    static const char *const titles[] = {"before, to the VM", "before, from the VM", "after, to the VM",
                                         "after, from the VM"};
    static const char *const colors[] = {"#0072B2", "#56B4E9", "#D55E00", "#E69F00"};
    const struct stats_plot *plot = what;

    fprintf(out, "set encoding utf8\nset terminal %s size 900,420 noenhanced font \"sans-serif,%d\"\nset output ",
            terminal, strcmp(terminal, "svg") ? 11 : 14);
    gnuplot_text(out, output, false);
    fputs("\ndata = ", out);
    gnuplot_text(out, data, false);
    fputs("\nset title ", out);
    gnuplot_text(out, plot->title, false);
    fputs(" noenhanced\nset xlabel \"seconds\"\nset ylabel ", out);
    gnuplot_text(out, plot->efficiency ? "frames in a batch" : "Gbit/s", false);
    fputs("\nset yrange [0:*]\nset border 3 linecolor rgb \"#808080\"\nset tics nomirror textcolor \"black\"\n"
          "set grid ytics linecolor rgb \"#c0c0c0\"\nset key outside bottom center horizontal Left reverse noenhanced\n"
          "set bmargin 6\n", out);
    for (int i = 0; i < 4; i++)
        fprintf(out, "%sdata index %d using 1:%d with linespoints pointsize 0.4 linewidth 2 linecolor rgb \"%s\" "
                "title \"%s\"", i ? ", \\\n     " : "plot ", i / 2, 2 + i % 2, colors[i], titles[i]);
    fputc('\n', out);
}

static int draw(struct stats_plot *plot, const char *prefix, const char *kind, bool efficiency)
{
    const struct gnuplot_drawing drawing = {write_script, write_data, plot};
    char base[PATH_MAX];

    plot->efficiency = efficiency;
    if (!text_format(base, sizeof(base), "%s-%s", prefix, kind)) {
        log_error("bench", "the prefix is too long");
        return -1;
    }
    if (gnuplot_draw(&drawing, base) < 0)
        return -1;
    printf("%s.png\n%s.svg\n", base, base);
    return 0;
}

int command_plot_stats(int argc, char **argv)
{
    static const struct option options[] = {{"title", required_argument, NULL, 't'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"threshold", required_argument, NULL, 'l'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct stats_plot plot = {.title = "vmnet-helper"};
    const char *prefix = "stats";
    double threshold = 1;
    char *end;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 't':
            text_printable(plot.title, sizeof(plot.title), optarg, strlen(optarg));
            break;
        case 'o':
            prefix = optarg;
            break;
        case 'l':
            threshold = strtod(optarg, &end);
            if (end == optarg || *end || !(threshold >= 0 && threshold < 1e6))
                return command_usage_error("plot-stats", "--threshold: \"%s\" is no number", optarg);
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("plot-stats", "unknown option, or one without its value");
        }
    if (argc - optind != 2)
        return command_usage_error("plot-stats", "two log files are needed");
    int result = 0;
    for (int i = 0; i < 2 && result == 0; i++)
        result = read_series(&plot.logs[i], argv[optind + i], threshold);
    if (result == 0)
        result = draw(&plot, prefix, "throughput", false);
    if (result == 0)
        result = draw(&plot, prefix, "efficiency", true);
    free(plot.logs[0].samples);
    free(plot.logs[1].samples);
    return result < 0;
}
