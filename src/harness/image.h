/* Images: what a guest boots from. Built or downloaded once, kept in the cache, never half.
 *
 *     <cache>/<name>/<digest of the recipe>/    a complete image
 *     <cache>/<name>/.new.*                     one that is being built
 *     <cache>/<name>/build.log
 *     <cache>/<sha256 of the URL>/              see image_fetch.h
 *
 * A build works in a folder of its own under a lock and is renamed when it is whole: after a failure
 * or Ctrl-C there is nothing, and whoever comes second waits for the first. */
#ifndef HARNESS_IMAGE_H
#define HARNESS_IMAGE_H

#include "harness/catalogue.h"
#include "harness/store.h"

#include <stdbool.h>

/* What is asked for. NULL and 0: not said. */
struct image_request {
    const char *name;     /* of a recipe or the catalogue; a URL; a file, if it has a / */
    const char *arch;     /* a word of architecture.h; NULL: this machine's */
    const char *checksum; /* what a download or file must have */
    const char *mirror;
    unsigned long stall;  /* seconds without a byte after which a try to download ends */
    unsigned long long max_bytes;
    const char *used_dir; /* the folder that an existing disk was made from: it is taken, if it has a disk */
};

struct image {
    char name[PATH_MAX];   /* of the recipe or catalogue, a URL, or the absolute path of a file */
    char dir[PATH_MAX];    /* empty for a file */
    char kernel[PATH_MAX]; /* empty: the disk brings its own boot loader */
    char initrd[PATH_MAX];
    char *cmdline;         /* owned */
    char disk[PATH_MAX];   /* empty: the guest lives in memory */
    char disk_format[16];  /* raw, qcow2 */
    char user[64];         /* login */
    char packages[PACKAGES_SIZE]; /* for cloud-init to install, a blank between */
    char arch[16];         /* a word of architecture.h */
    bool needs_uefi;       /* boots the disk by UEFI also where that is not the machine's usual firmware */
};

/* Get the image ready, which may take minutes when it is to be built or downloaded.
 * 0, or -1 (after an error message, unless a signal came); image_free in both cases. */
int image_prepare(struct image *image, const struct store *store, const struct image_request *request);

void image_free(struct image *image);

/* Is the image of this recipe in the cache, as the recipe is now? dir must hold PATH_MAX bytes. */
bool image_is_built(const struct store *store, const char *name, char *dir);

/* The folder that holds, or would hold, all that is made of a name or URL: one of images', or, for a URL or
 * a name of the catalogue, of its download. key, of URL_KEY_SIZE bytes, is its name. 0, or -1 after an error
 * message. */
int image_folder(const struct store *store, const struct image_request *request, char dir[PATH_MAX], char *key);

/* Remove all that is in the cache of this name or URL, incomplete downloads included. 0, or -1 after an
 * error message. */
int image_delete(const struct store *store, const struct image_request *request);

#endif
