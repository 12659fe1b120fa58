/* bench plot: results to pictures. */
#include "bench/chart.h"
#include "bench/command.h"
#include "bench/results.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench plot -o DIR FILE...\n"
    "\n"
    "Draw the results in DIR/bench as DIR/plot/<name>/<mode>.png and .svg, with the numbers in <mode>.txt.\n"
    "FILE is a plot file, or the name of one that comes with the program (drivers, offloading, path, ...).\n"
    "\n"
    "  -o, --output DIR   the output folder of `run`: required\n"
    "  -h, --help         show this text\n";

static int write_table(const struct chart *chart, const char *base)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = -1;

    if (out) {
        chart_print_table(chart, out);
        fclose(out);
        if (text_format(path, sizeof(path), "%s.txt", base))
            result = file_write(path, 0644, text, size);
    }
    if (result < 0)
        log_error("bench", "cannot write \"%s.txt\": %s", base, strerror(errno));
    free(text);
    return result;
}

/* 1: drawn; 0: nothing to draw; -1: failed. */
static int plot_mode(struct chart *chart, const struct plot_file *plot, const char *mode, const char *tree,
                     const char *folder)
{
    char base[PATH_MAX];
    int bad = 0;

    if (chart_collect(chart, plot, mode, tree, &bad) < 0)
        return -1;
    if (!chart->series_count) {
        log_warn("bench", "no results for the %s network in \"%s\": not drawn", mode, tree);
        return 0;
    }
    if (!text_format(base, sizeof(base), "%s/%s", folder, mode) || file_make_dirs(folder, 0755) < 0) {
        log_error("bench", "cannot make \"%s\": %s", folder, strerror(errno));
        return -1;
    }
    if (chart_draw(chart, base) < 0 || write_table(chart, base) < 0)
        return -1;
    printf("%s.png\n%s.svg\n", base, base);
    return 1;
}

/* Returns the exit status. */
static int plot_one(const char *name, const char *output)
{
    char path[PATH_MAX], tree[PATH_MAX], folder[PATH_MAX];
    struct plot_file *plot = malloc(sizeof(*plot));
    struct chart *chart = malloc(sizeof(*chart));
    int drawn = 0, result = 1;

    results_tree(output, tree, sizeof(tree));
    if (plot && chart && name_find(name, "plots", path, sizeof(path)) == 0 && plot_file_read(plot, path) == 0 &&
        text_format(folder, sizeof(folder), "%s/plot/%s", output, plot->name)) {
        result = 0;
        for (int i = 0; i < plot->mode_count && result == 0; i++) {
            int status = plot_mode(chart, plot, plot->modes[i], tree, folder);
            drawn += status > 0;
            result = status < 0;
        }
        if (!drawn && !result) {
            log_error("bench", "nothing to draw for \"%s\": run the benchmark first, with its output in \"%s\"", name,
                      output);
            result = 1;
        }
    }
    free(plot);
    free(chart);
    return result;
}

int command_plot(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *output = NULL;
    int option, result = 0;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'o':
            output = optarg;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("plot", "unknown option, or one without its value");
        }
    if (!output || !*output)
        return command_usage_error("plot", "-o DIR is required");
    if (optind == argc)
        return command_usage_error("plot", "no plot file is named");
    for (; optind < argc; optind++)
        result |= plot_one(argv[optind], output);
    return result;
}
