/* Running a recipe. */
#ifndef HARNESS_IMAGE_BUILD_H
#define HARNESS_IMAGE_BUILD_H

#include "harness/recipe.h"
#include "harness/store.h"

/* Build the image into dir, unless it is there by the time that the lock is ours. 0, or -1 (after an
 * error message, unless a signal came) with nothing left. */
int image_build(const struct store *store, const struct recipe *recipe, const char *dir);

/* Take the lock of all images of a name, which messages call what ("image tiny"). Like store_lock. */
int image_lock(const struct store *store, const char *name, const char *what);

#endif
