/* bench report: results as one page. */
#include "bench/command.h"
#include "bench/report.h"
#include "bench/results.h"
#include "common/file.h"
#include "common/log.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench report [-o FILE] [DIR]\n"
    "\n"
    "Write the results of the output folder DIR (default: out) as one document: tables with medians and spread,\n"
    "pictures, the machine, how to get the numbers again.\n"
    "\n"
    "  -o, --output FILE   FILE.html: one page that needs nothing else; otherwise Markdown. Default: Markdown to\n"
    "                      stdout\n"
    "  -h, --help          show this text\n";

static bool is_html(const char *path)
{
    size_t length = path ? strlen(path) : 0;

    return (length > 5 && !strcmp(path + length - 5, ".html")) || (length > 4 && !strcmp(path + length - 4, ".htm"));
}

static int write_report(const struct report *report, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = 0;

    if (!out) {
        log_error("bench", "out of memory");
        return 1;
    }
    if (is_html(path))
        report_write_html(report, out);
    else
        report_write_markdown(report, out);
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
        {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *path = NULL;
    char tree[PATH_MAX];
    struct report report;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'o':
            path = optarg;
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
        result = write_report(&report, path);
    report_free(&report);
    return result;
}
