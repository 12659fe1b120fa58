/* Images: what a guest boots from. Built once, kept in the cache, never half.
 *
 *     <cache>/<name>/<digest of the recipe>/    a complete image
 *     <cache>/<name>/.new.*                     one that is being built
 *     <cache>/<name>/build.log
 *
 * A build works in a folder of its own under a lock and is renamed when it is whole: after a failure
 * or Ctrl-C there is nothing, and whoever comes second waits for the first. */
#ifndef HARNESS_IMAGE_H
#define HARNESS_IMAGE_H

#include "harness/store.h"

#include <stdbool.h>

struct image {
    char name[PATH_MAX];   /* of the recipe, or the absolute path of a file */
    char dir[PATH_MAX];    /* empty for a file */
    char kernel[PATH_MAX]; /* empty: the disk brings its own boot loader */
    char initrd[PATH_MAX];
    char *cmdline;         /* owned */
    char disk[PATH_MAX];   /* empty: the guest lives in memory */
    char disk_format[16];  /* raw, qcow2 */
    char user[64];         /* login */
};

/* Get the image ready, which may take minutes when it is to be built. used_dir, if not NULL or empty,
 * is the folder that an existing disk was made from: that image is taken, if it has a disk.
 * 0, or -1 (after an error message, unless a signal came); image_free in both cases. */
int image_prepare(struct image *image, const struct store *store, const char *name, const char *used_dir);

void image_free(struct image *image);

/* Is the image of this recipe in the cache, as the recipe is now? dir must hold PATH_MAX bytes. */
bool image_is_built(const struct store *store, const char *name, char *dir);

/* Remove all that was built of this name. 0, or -1 after an error message. */
int image_delete(const struct store *store, const char *name);

#endif
