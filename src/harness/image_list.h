/* `image list` */
#ifndef HARNESS_IMAGE_LIST_H
#define HARNESS_IMAGE_LIST_H

#include "harness/store.h"

/* Print the recipes, the catalogue's images for this machine, and what else is in the cache: as a table or as
 * JSON. 0, or -1 after an error message. */
int image_list(const struct store *store, bool json);

#endif
