/* A VM's disk: a qcow2 file that holds only what differs from its image. */
#ifndef HARNESS_DISK_H
#define HARNESS_DISK_H

#include "harness/image.h"

/* Make path over the image's disk, of size_gib or, with 0, the image's size. Nothing if it is there
 * already. 0, or -1 after an error message. */
int disk_make(const struct store *store, const char *path, const struct image *image, unsigned long size_gib);

#endif
