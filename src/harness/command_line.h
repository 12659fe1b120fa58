/* Command lines by table: each command lists its options, one parser reads them all.
 * (The helper has a parser of its own: it is privileged, and shares no code that it does not need.) */
#ifndef HARNESS_COMMAND_LINE_H
#define HARNESS_COMMAND_LINE_H

#include <stdbool.h>

#define OPTIONS_MAX 64
#define OPERANDS_MAX 64

/* A table ends with an entry without name. */
struct option_entry {
    const char *name;     /* without the dashes */
    char letter;          /* short form, or 0 */
    const char *argument; /* what it takes, for the help; NULL: a switch */
    const char *help;
    bool repeats; /* given more than once, its values are lines of one text; otherwise the last one wins */
};

struct command_line {
    const char *values[OPTIONS_MAX]; /* by place in the table; "" for a switch that was given */
    const char *operands[OPERANDS_MAX];
    int operand_count;
    char **rest; /* what follows `--`, ended by NULL */
    int rest_count;
    bool has_rest; /* there was a `--` */
    char *joined[OPTIONS_MAX]; /* what values of a repeated option point to */
    bool help;     /* -h or --help: nothing else was looked at */
};

/* Options and operands may come in any order, up to `--`. `--name=value`, `--name value`, `-n value`
 * and `-nvalue` are the same. Texts point into argv. Returns 0, or -1 after an error message. */
int command_line_parse(const struct option_entry *table, int argc, char **argv, struct command_line *options);

void command_line_free(struct command_line *options);

/* Print the options, one a line, in two columns. */
void command_line_help(const struct option_entry *table);

#endif
