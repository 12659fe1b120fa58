/* bench report: results as one page. */
#include "bench/command.h"
#include "bench/report.h"
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
    "usage: vmnet-bench report [-o FILE] [--summary] [DIR]\n"
    "\n"
    "Write the results of the output folder DIR (default: out) as one document: a summary, tables with medians and\n"
    "spread, pictures, the machine, how to get the numbers again.\n"
    "\n"
    "  -o, --output FILE   FILE.html: one page that needs nothing else; otherwise Markdown, with its pictures by gnuplot\n"
    "                      in a folder of its name beside it. Default: Markdown to stdout, without pictures\n"
    "      --summary       only the table of all medians, as Markdown, to be put in a text of one's own\n"
    "  -h, --help          show this text\n";

static bool is_html(const char *path)
{
    size_t length = path ? strlen(path) : 0;

    return (length > 5 && !strcmp(path + length - 5, ".html")) || (length > 4 && !strcmp(path + length - 4, ".htm"));
}

/* "results/report.md": "results/report". */
static bool stem_of(const char *path, char *stem, size_t size)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *dot = strrchr(name, '.');

    if (dot && dot > name)
        return text_format(stem, size, "%.*s", (int)(dot - path), path);
    return text_format(stem, size, "%s.pictures", path);
}

/* The pictures of a Markdown document, in a folder beside it. Returns their folder's name with a slash, as the document
 * has it; NULL when they cannot be drawn (logged): the tables tell the same. */
static const char *draw_pictures(const struct report *report, const char *path, char *stem)
{
    char picture[PATH_MAX];

    if (!stem_of(path, stem, PATH_MAX - 1) || file_make_dirs(stem, 0755) < 0) {
        log_warn("bench", "cannot make a folder for the pictures of \"%s\": %s", path, strerror(errno));
        return NULL;
    }
    for (int i = 0; i < report->chart_count; i++)
        if (!text_format(picture, sizeof(picture), "%s/%d-%s.svg", stem, i + 1,
                         measure_names[report->charts[i]->measure]) ||
            chart_draw_svg(report->charts[i], picture) < 0) {
            log_warn("bench", "\"%s\" has no pictures", path);
            return NULL;
        }
    strcat(stem, "/");
    char *slash = strrchr(path, '/');
    return slash ? stem + (slash + 1 - path) : stem;
}

static int write_report(const struct report *report, const char *path, bool summary)
{
    char *text = NULL, stem[PATH_MAX];
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = 0;

    if (!out) {
        log_error("bench", "out of memory");
        return 1;
    }
    if (summary)
        report_write_summary(report, out);
    else if (is_html(path))
        report_write_html(report, out);
    else
        report_write_markdown(report, path ? draw_pictures(report, path, stem) : NULL, out);
    fclose(out);
    if (!path)
        fputs(text, stdout);
    else if (file_write(path, 0644, text, size) < 0) {
        log_error("bench", "cannot write \"%s\": %s", path, strerror(errno));
        result = 1;
    }
    free(text);
    return result;
}

int command_report(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"summary", no_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *path = NULL;
    bool summary = false;
    char tree[PATH_MAX];
    struct report report;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'o':
            path = optarg;
            break;
        case 's':
            summary = true;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("report", "unknown option, or one without its value");
        }
    if (argc - optind > 1)
        return command_usage_error("report", "one folder at most");
    const char *output = optind < argc ? argv[optind] : "out";
    results_tree(output, tree, sizeof(tree));
    int result = report_collect(&report, tree) < 0;
    if (!result && !report.chart_count) {
        log_error("bench", "no results in \"%s\"", output);
        result = 1;
    }
    if (!result)
        result = write_report(&report, path, summary);
    report_free(&report);
    return result;
}
