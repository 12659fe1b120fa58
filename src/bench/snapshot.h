/* What `create`, or a first run, has made of a VM's disk: kept inside it (qcow2) or beside it (raw), and where each
 * start begins. A guest needs no second installation then, each round begins with the same disk, and one that was
 * killed in the middle of writing is whole again. A VM without a disk has all of that by itself. */
#ifndef BENCH_SNAPSHOT_H
#define BENCH_SNAPSHOT_H

#include <stdbool.h>

enum snapshot {
    SNAPSHOT_NO_DISK, /* nothing to keep */
    SNAPSHOT_NONE,    /* none yet, or it cannot be used */
    SNAPSHOT_THERE,
};

/* Go back to it; dir: the VM's folder. The VM must not run. */
enum snapshot snapshot_revert(const char *dir);

/* Keep the disk as it is now. The VM must not run. Returns 0, or -1: the next start is slower, no more. */
int snapshot_take(const char *dir);

/* The words of a command that copies a file, as a clone where the file system can; NULL after the last.
 * snapshot_linux.c | snapshot_darwin.c. */
extern const char *const snapshot_copy[];

#endif
