/* What is told of a VM: as JSON, or as lines. */
#ifndef HARNESS_DESCRIBE_H
#define HARNESS_DESCRIBE_H

#include "harness/vm.h"

#include <cjson/cJSON.h>

/* One object; the caller's. NULL: no memory. */
cJSON *describe_json(const struct vm *vm);

/* Print JSON to stdout and free it. 0, or -1 after an error message. */
int describe_print(cJSON *json);

/* The command line that logs in, for a person to copy; freed by the caller. NULL: no memory. */
char *describe_login(const struct vm *vm);

#endif
