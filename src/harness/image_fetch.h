/* Images from a URL: downloaded, verified, converted, and only then in the cache.
 *
 *     <cache>/<key>/           a complete image: disk.img, raw and sparse, and image.json, which tells of it
 *     <cache>/.<key>.part      what has come of the download; goes on there after a failure
 *     <cache>/.<key>.new/      one that is being made
 *     <cache>/.<key>.lock      whoever has it downloads; others wait and find the image
 *
 * The key is the SHA-256 of the URL, also when the file comes from a mirror. */
#ifndef HARNESS_IMAGE_FETCH_H
#define HARNESS_IMAGE_FETCH_H

#include "harness/image.h"
#include "harness/image_source.h"

/* Download the image into dir, unless it is there by the time that the lock is ours. 0, or -1 (after an
 * error message, unless a signal came); then the cache is without it. */
int image_fetch(const struct store *store, const struct image_source *source, const char *dir);

/* The folder of the cache where the image of a URL is, or would be. */
void image_fetch_dir(const struct store *store, const char *url, char dir[PATH_MAX]);

/* Remove a download that is not complete. Under the lock. */
void image_fetch_forget(const struct store *store, const char *key);

#endif
