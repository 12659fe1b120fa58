/* Who needs an image. */
#ifndef HARNESS_IMAGE_USE_H
#define HARNESS_IMAGE_USE_H

#include "harness/name.h"
#include "harness/store.h"

/* Is dir, or a folder in it, the image of a VM that runs or has a disk? A disk in use is of no use without
 * the image below it. 1, and the first VM's name in vm; 0; or -1 after an error message. */
int image_user(const struct store *store, const char *dir, char vm[NAME_SIZE]);

/* The bytes on disk of all files in a folder, those in folders of it included. */
double image_size(const char *dir);

#endif
