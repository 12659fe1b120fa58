/* Programs that the harness starts, and where they are. */
#ifndef HARNESS_DOCTOR_PROGRAM_H
#define HARNESS_DOCTOR_PROGRAM_H

#include "harness/doctor_report.h"

#include <stddef.h>

enum packager { PACKAGER_APT, PACKAGER_DNF, PACKAGER_BREW, PACKAGERS };

struct program {
    const char *name;
    const char *packages[PACKAGERS]; /* by each packager; NULL: it has none */
    enum severity severity;          /* if it is missing */
    const char *why;
};

/* The path of a program in PATH or where administrators' programs are. */
bool program_find(const char *name, char *path, size_t size);

/* The packager of this system; apt where there is none that we know. */
enum packager packager_find(void);

void doctor_program(struct report *report, const struct program *program, enum packager packager);

/* Those that every system needs, and vmnet-helper and vmnet-client beside us. */
void doctor_programs(struct report *report);

/* Run a program with a limit of 10 s, its stderr thrown away, its stdout in *output (freed by the caller;
 * NULL if it could not be started). Its exit status, or -1. */
int program_output(const char *const *argv, char **output);

#endif
