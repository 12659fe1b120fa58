/* Which VMs a start is about, and the options of each: from the command line, and from a YAML file.
 *
 *     image: tiny          options at the top are for all VMs
 *     vms:
 *       one:
 *         cpus: 2
 *         disk: [10, data.img]
 *       two:               nothing of its own
 *
 * The file's keys are the options without dashes. Paths in it are relative to its folder. Options of the command line
 * win over the file's; names on the command line choose among the file's VMs. */
#ifndef HARNESS_PLAN_H
#define HARNESS_PLAN_H

#include "harness/command_line.h"
#include "harness/config.h"

struct plan_vm {
    const char *name;
    const char *given[CONFIG_COUNT]; /* as struct command_line has them */
};

struct plan {
    struct plan_vm *vms;
    int count;
    char **texts; /* owned: what the others point to */
    size_t text_count;
};

/* Make it, and check each VM's options. 0, or -1 after an error message; plan_free in both cases. */
int plan_make(struct plan *plan, const struct command_line *options);

void plan_free(struct plan *plan);

#endif
