#include "bench/snapshot.h"

#include <stddef.h>

const char *const snapshot_copy[] = {"cp", "-c", NULL};
