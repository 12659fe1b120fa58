/* Names that become part of a path: of networks, drivers, modes, tests, plots. */
#ifndef BENCH_NAME_H
#define BENCH_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_SIZE 96

/* May it be the name of a file or folder below the output folder? 1 to NAME_SIZE - 1 bytes of valid
 * UTF-8, no slash, no control character, no dot first: it can never lead out of the folder. */
bool name_is_safe(const char *name);

/* Find the YAML file that a user named: as it is; or, a mere name, in the data folder's `folder`
 * (with .yaml added if need be). Returns 0, or -1 (logged). */
int name_find(const char *name, const char *folder, char *path, size_t size);

/* Log an error that was found in such a file: for yaml_file_open. */
void name_report(const char *text);

#endif
