/* A VM's disks. Its own is a qcow2 file that holds only what differs from its image or, for drivers that take no
 * qcow2, a copy; others are new and empty, or somebody's files. */
#ifndef HARNESS_DISK_H
#define HARNESS_DISK_H

#include "harness/driver.h"
#include "harness/image.h"
#include "harness/vm.h"

/* The file name of its own disk, by format. */
const char *disk_name(const char *format);

/* Make path in this format over the image's disk, of size_gib or, with 0, the image's size. Nothing if it is there
 * already. 0, or -1 after an error message. */
int disk_make(const struct store *store, const char *path, const struct image *image, const char *format,
              unsigned long size_gib);

struct extra_disks {
    char paths[DISKS_MAX][PATH_MAX];
    const char *formats[DISKS_MAX];
    int count;
};

/* The VM's further disks, from the lines of text (a number of GiB each, or a file); NULL: none. New ones are made
 * in this format. 0, or -1 after an error message. */
int disk_extra(const struct vm *vm, const char *text, const char *format, struct extra_disks *disks);

#endif
