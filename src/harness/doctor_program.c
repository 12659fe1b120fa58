#include "harness/doctor_program.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MAX = 16 << 20, LIMIT = 10 };

bool program_find(const char *name, char *path, size_t size)
{
    const char *list = getenv("PATH");
    char all[PATH_MAX];

    text_format(all, sizeof(all), "%s:/usr/sbin:/sbin:/usr/local/sbin", list ? list : "/usr/bin:/bin");
    for (char *rest = all, *dir; (dir = strsep(&rest, ":"));)
        if (*dir && text_format(path, size, "%s/%s", dir, name) && access(path, X_OK) == 0)
            return true;
    return false;
}

enum packager packager_find(void)
{
    static const struct {
        const char *path;
        enum packager packager;
    } known[] = {
        {"/usr/bin/apt-get", PACKAGER_APT},      {"/usr/bin/dnf", PACKAGER_DNF},
        {"/opt/homebrew/bin/brew", PACKAGER_BREW}, {"/usr/local/bin/brew", PACKAGER_BREW},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (access(known[i].path, X_OK) == 0)
            return known[i].packager;
    return PACKAGER_APT;
}

void doctor_program(struct report *report, const struct program *program, enum packager packager)
{
    static const char *const commands[] = {"apt-get install", "dnf install", "brew install"};
    const char *package = program->packages[packager] ? program->packages[packager] : program->name;
    char path[PATH_MAX], remedy[128];

    text_format(remedy, sizeof(remedy), "%s %s", commands[packager], package);
    if (program_find(program->name, path, sizeof(path)))
        report_fine(report, "program", "%s", path);
    else
        report_bad(report, program->severity, "program", program->why, remedy, "%s is missing", program->name);
}

static void doctor_own_program(struct report *report, const char *name)
{
    char path[PATH_MAX];

    if (own_sibling(name, path, sizeof(path)) == 0 && access(path, X_OK) == 0)
        report_fine(report, "program", "%s", path);
    else
        report_bad(report, BLOCKS, "program", "the harness starts the programs beside its own, and no others", "make",
                   "%s is not beside vmnet-harness", name);
}

void doctor_programs(struct report *report)
{
    static const struct program programs[] = {
        {"qemu-img", {"qemu-utils", "qemu-img", "qemu"}, BLOCKS, "makes the disks of VMs"},
        {"xorriso", {"xorriso", "xorriso", "xorriso"}, BLOCKS, "makes the seed that tells a guest its name and keys"},
        {"ssh", {"openssh-client", "openssh-clients", "openssh"}, BLOCKS, "logs in to guests"},
        {"ssh-keygen", {"openssh-client", "openssh-clients", "openssh"}, BLOCKS, "makes the keys of guests"},
        {"iperf3", {"iperf3", "iperf3", "iperf3"}, NOTE, "only the benchmark needs it"},
    };
    enum packager packager = packager_find();

    doctor_own_program(report, "vmnet-helper");
    doctor_own_program(report, "vmnet-client");
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
        doctor_program(report, &programs[i], packager);
}

/* The output goes to a file: no program can fill a pipe that nobody empties. */
int program_output(const char *const *argv, char **output)
{
    FILE *file = tmpfile();
    struct process_options options = {.argv = argv, .fds = {-1, file ? fileno(file) : -1, -1}, .fd_count = 3};

    *output = NULL;
    pid_t pid = file ? process_start(&options) : -1;
    int status = pid > 0 ? process_wait(pid, LIMIT) : -1;
    if (pid > 0 && status < 0)
        process_end(pid, 1);
    long size = pid > 0 && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (size >= 0 && size <= OUTPUT_MAX && (*output = calloc(1, (size_t)size + 1))) {
        rewind(file);
        size_t got = fread(*output, 1, (size_t)size, file);
        (*output)[got] = '\0';
    }
    if (file)
        fclose(file);
    return status;
}
