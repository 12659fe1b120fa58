/* One command on many VMs at once. */
#ifndef HARNESS_MANY_H
#define HARNESS_MANY_H

#include "harness/store.h"

#include <stdbool.h>

/* What is done with the VM of this index, in a process of its own. Returns an exit status. */
typedef int many_one(const struct store *store, int index, void *context);

struct many {
    const char *const *names;
    int count;
    const char *done; /* for the summary: "started" */
    bool json;        /* each prints one JSON value: all become a list */
    many_one *one;
    void *context;
};

/* Do it for all, side by side. Each line of output gets the VM's name before it; a summary names those that failed,
 * which does not keep the others from going on. One alone runs here, as if it were the only kind. Returns the exit
 * status: EXIT_OK if all had it. */
int many_run(const struct store *store, const struct many *many);

#endif
