/* The VMs that a command is about: those that were named, or --all. */
#ifndef HARNESS_VM_CHOOSE_H
#define HARNESS_VM_CHOOSE_H

#include "harness/command_line.h"
#include "harness/many.h"
#include "harness/vm.h"

struct chosen {
    const struct command_line *options;
    char names[OPERANDS_MAX][NAME_SIZE]; /* with --all */
    const char *list[OPERANDS_MAX];
    int count;
    /* What --all leaves out. */
    bool running_only, stopped_only;
    void *context; /* of the command */
};

/* Fill list and count; command is for messages, all says whether --all was given. 0, or -1 after an error message:
 * none, both, or a name twice. */
int vm_choose(const struct store *store, const char *command, bool all, struct chosen *chosen);

/* many_run for them: context is the struct chosen. json: each VM's is printed, or a list of them. Returns the exit
 * status. */
int vm_run_chosen(const struct store *store, struct chosen *chosen, const char *done, many_one *one, bool json);

#endif
