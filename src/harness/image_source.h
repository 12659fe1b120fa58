/* Where an image comes from that is no recipe's: what the catalogue, or the user, says of its URL. */
#ifndef HARNESS_IMAGE_SOURCE_H
#define HARNESS_IMAGE_SOURCE_H

#include "harness/catalogue.h"
#include "harness/image.h"

struct image_source {
    struct catalogue_entry entry; /* for a URL that no catalogue has: name is "disk image", format empty */
    const char *mirror;           /* or NULL */
    unsigned long stall;          /* seconds */
    unsigned long long max_bytes;
};

/* Find what is asked for: by URL, or by a name of the catalogue for an architecture.
 * 0, or -1 after an error message. */
int image_source_find(struct image_source *source, const struct store *store, const struct image_request *request);

#endif
