/* The tree of commands: `harness vm start` is an entry of a group. */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

#include "harness/command_line.h"
#include "harness/store.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;    /* NULL ends a list */
    const char *usage;   /* what follows the name: "NAME [options]" */
    const char *summary;
    const struct option_entry *options;
    int min_operands, max_operands;
    const char *operand; /* what the first names ("VM name"), checked as such; NULL: no name */
    bool takes_rest; /* words after `--` */
    /* Returns the exit status. Errors were told. */
    int (*run)(const struct store *store, const struct command_line *options);
    const char *notes; /* more for the help, or NULL */
};

struct command_group {
    const char *name;
    const char *summary;
    const struct command *commands; /* one without a name: the group is the command itself */
};

extern const struct command vm_commands[];
extern const struct command image_commands[];
extern const struct command doctor_command[];

/* Run what argv (after the program's name) says. Returns the exit status. */
int command_run(const struct command_group *groups, int argc, char **argv);

/* EXIT_OK for 0; else EXIT_FAILED. */
int command_status(int result);

#endif
