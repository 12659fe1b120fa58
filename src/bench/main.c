/* vmnet-bench: how fast is a VM's network, and did it get worse? */
#include "bench/command.h"
#include "common/log.h"
#include "common/text.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench COMMAND [ARGUMENT...]\n"
    "\n"
    "  run FILE          measure what the benchmark file describes: drivers x modes x VMs x tests\n"
    "  create, delete    make the VMs of `run` ready beforehand; remove them\n"
    "  path              measure the path of frames alone, without a guest (Linux)\n"
    "  latency ADDRESS   round trips to a machine, as a histogram\n"
    "  plot -o DIR FILE  draw results\n"
    "  report DIR        results as one page: HTML or Markdown\n"
    "  compare A B       did it get better or worse?\n"
    "  stats LOG         what the helper's [stats] lines tell\n"
    "  plot-stats A B    the [stats] lines of two logs as pictures\n"
    "\n"
    "  -h, --help        show this text; `vmnet-bench COMMAND --help`: of the command\n"
    "      --version     show the version\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"create", command_create}, {"run", command_run},         {"delete", command_delete}, {"plot", command_plot},
    {"report", command_report}, {"compare", command_compare}, {"stats", command_stats},   {"path", command_path},
    {"plot-stats", command_plot_stats}, {"latency", command_latency},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static int unknown(const char *name)
{
    const char *names[COMMAND_COUNT + 1] = {0};

    for (int i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *nearest = text_nearest(name, names);
    log_error("bench", "unknown command \"%s\"%s%s%s: see vmnet-bench --help", name, nearest ? ", did you mean \"" : "",
              nearest ? nearest : "", nearest ? "\"?" : "");
    return 2;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help";

    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        fputs(help, argc > 1 ? stdout : stderr);
        return argc > 1 ? 0 : 2;
    }
    if (!strcmp(name, "--version")) {
        version_print();
        return 0;
    }
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!strcmp(name, commands[i].name)) {
            int status = commands[i].run(argc - 1, argv + 1);
            /* A full disk may only show here. */
            if (fflush(stdout) && status == 0) {
                log_error("bench", "cannot write to stdout");
                status = 1;
            }
            return status;
        }
    return unknown(name);
}
