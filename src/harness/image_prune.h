/* `image prune` */
#ifndef HARNESS_IMAGE_PRUNE_H
#define HARNESS_IMAGE_PRUNE_H

#include "harness/store.h"

/* Remove from the cache what is of no use: downloads and builds that are not complete and that no command is at
 * work on, and images of recipes as they were once; with all, every image that no VM uses. dry_run: only tell.
 * 0, or -1 after an error message. */
int image_prune(const struct store *store, bool all, bool dry_run);

#endif
