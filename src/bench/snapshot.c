#include "bench/snapshot.h"
#include "bench/capture.h"
#include "common/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SNAPSHOT_NAME "bench-ready"

enum { SNAPSHOT_LIMIT = 300 };

static int run(const char *const *argv)
{
    char *output = NULL;
    int status = capture_run(argv, -1, SNAPSHOT_LIMIT, &output);

    free(output);
    return status == 0 ? 0 : -1;
}

static bool find(const char *dir, const char *name, char *path)
{
    return text_format(path, PATH_MAX, "%s/%s", dir, name) && access(path, F_OK) == 0;
}

/* Inside a qcow2 file: action "-a" goes back, "-c" keeps. */
static int inside(const char *disk, const char *action)
{
    const char *const argv[] = {"qemu-img", "snapshot", action, SNAPSHOT_NAME, disk, NULL};

    return run(argv);
}

/* By a rename in the end: half a copy is none. */
static int copy(const char *from, const char *to)
{
    char half[PATH_MAX];
    const char *argv[8] = {0};
    int count = 0;

    if (!text_format(half, sizeof(half), "%s.new", to))
        return -1;
    for (; snapshot_copy[count]; count++)
        argv[count] = snapshot_copy[count];
    argv[count++] = from;
    argv[count] = half;
    if (run(argv) == 0 && rename(half, to) == 0)
        return 0;
    unlink(half);
    return -1;
}

enum snapshot snapshot_revert(const char *dir)
{
    char disk[PATH_MAX], kept[PATH_MAX];

    if (find(dir, "disk.qcow2", disk))
        return inside(disk, "-a") == 0 ? SNAPSHOT_THERE : SNAPSHOT_NONE;
    if (!find(dir, "disk.img", disk))
        return SNAPSHOT_NO_DISK;
    return find(dir, SNAPSHOT_NAME ".img", kept) && copy(kept, disk) == 0 ? SNAPSHOT_THERE : SNAPSHOT_NONE;
}

int snapshot_take(const char *dir)
{
    char disk[PATH_MAX], kept[PATH_MAX];

    if (find(dir, "disk.qcow2", disk))
        return inside(disk, "-c");
    if (!find(dir, "disk.img", disk) || !text_format(kept, sizeof(kept), "%s/" SNAPSHOT_NAME ".img", dir))
        return -1;
    return copy(disk, kept);
}
