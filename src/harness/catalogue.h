/* The catalogue: images that publishers offer, by name.
 *
 * Two files of the same form, man vmnet-images(5): images/images.yaml in the data folder, and the user's
 * own ~/.config/vmnet-helper/images.yaml, whose entries win. */
#ifndef HARNESS_CATALOGUE_H
#define HARNESS_CATALOGUE_H

#include "harness/checksum.h"
#include "harness/name.h"
#include "harness/store.h"
#include "harness/url.h"

enum { PACKAGES_SIZE = 512 };

struct catalogue_entry {
    char name[NAME_SIZE], version[32], arch[16];
    char url[URL_SIZE];
    char checksum[CHECKSUM_SIZE]; /* empty: as the publisher's file says */
    char checksums[URL_SIZE];     /* that file, or empty */
    char format[16];              /* raw, qcow2 */
    char boot[16];                /* disk: the machine's usual firmware; uefi */
    char user[NAME_SIZE];
    char packages[PACKAGES_SIZE]; /* for cloud-init to install, a blank between; or empty */
};

struct catalogue {
    struct catalogue_entry *entries; /* owned */
    size_t count;
};

/* Read both files. 0, or -1 after an error message that names line and column; catalogue_free in both cases. */
int catalogue_load(struct catalogue *catalogue, const struct store *store);

void catalogue_free(struct catalogue *catalogue);

/* The entry of a name and architecture; NULL if there is none. */
const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, const char *name, const char *arch);

/* The entry that a URL comes from; NULL if there is none. */
const struct catalogue_entry *catalogue_find_url(const struct catalogue *catalogue, const char *url);

#endif
