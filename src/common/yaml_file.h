/* A YAML file that people write, read strictly: every error names line and column.
 *
 * Values are nodes of libyaml's document. The functions that take a node report what is wrong with it
 * as "FILE:LINE:COLUMN: reason" and return -1. */
#ifndef COMMON_YAML_FILE_H
#define COMMON_YAML_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

/* Tells the user of an error: one line, without newline. */
typedef void yaml_report(const char *text);

struct yaml_file {
    const char *path; /* as it is named in errors; not owned */
    yaml_report *report;
    yaml_document_t document;
};

/* Parse the file: one document, at most 1 MiB, a mapping at its top with none but known keys (ended
 * by NULL). Returns 0, or -1 (reported), and then there is nothing to close. */
int yaml_file_open(struct yaml_file *file, const char *path, const char *const *known, yaml_report *report);
void yaml_file_close(struct yaml_file *file);

/* The top mapping. */
yaml_node_t *yaml_file_root(struct yaml_file *file);

/* Report the reason with the place of node. Returns -1. */
int yaml_file_error(const struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* node must be a mapping without other keys than these, and none twice. */
int yaml_file_keys(struct yaml_file *file, yaml_node_t *node, const char *const *known);

/* The value of a key, or NULL when the key is not there or its value is null. */
yaml_node_t *yaml_file_get(struct yaml_file *file, yaml_node_t *mapping, const char *key);

/* The items of a sequence: the index-th, or NULL after the last. */
yaml_node_t *yaml_file_item(struct yaml_file *file, yaml_node_t *sequence, size_t index);

/* node must be a sequence of 1 to max items. Returns their number, or -1. */
int yaml_file_sequence(struct yaml_file *file, yaml_node_t *node, const char *what, size_t max);

/* A scalar of 1 to size - 1 bytes without control characters. */
int yaml_file_text(struct yaml_file *file, yaml_node_t *node, const char *what, char *out, size_t size);

int yaml_file_number(struct yaml_file *file, yaml_node_t *node, const char *what, unsigned long min,
                     unsigned long max, unsigned long *value);

/* true, false, yes, no, on, off: YAML 1.1. */
int yaml_file_bool(struct yaml_file *file, yaml_node_t *node, const char *what, bool *value);

/* The index of the scalar in names (ended by NULL), or -1 with the nearest name in the error. */
int yaml_file_choice(struct yaml_file *file, yaml_node_t *node, const char *what, const char *const *names);

#endif
