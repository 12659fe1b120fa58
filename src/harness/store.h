/* Where the state is: ~/.vmnet-helper, or $VMNET_HOME.
 *
 *     id_ed25519, id_ed25519.pub   the user's key for all VMs
 *     vms/<name>/                  one VM
 *     cache/images/<image>/        built images; $VMNET_CACHE names another place
 *     locks/                       one file a VM */
#ifndef HARNESS_STORE_H
#define HARNESS_STORE_H

#include "harness/owner.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct store {
    char home[PATH_MAX];
    char images[PATH_MAX];
    struct owner owner;
    double started; /* process_clock() when the command began */
};

/* Find the places, and make nothing. 0, or -1 after an error message. */
int store_find(struct store *store);

/* Find the places and make the folders, 0700. 0, or -1 after an error message. */
int store_open(struct store *store);

/* The path of a file in the store, made as by printf after the home. 0, or -1 after an error message. */
int store_path(const struct store *store, char *path, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Make a folder that is the owner's, 0700. 0, or -1 after an error message. */
int store_make_dir(const struct store *store, const char *path);

/* Replace a file of the owner's (0600) by a text. 0, or -1 after an error message. */
int store_write(const struct store *store, const char *path, const char *text);

/* Has the file system of path less space left than anything we make needs? */
bool store_is_full(const char *path);

/* Take the lock file at path. If another command has it: print waiting once, and wait until it is
 * free or a signal comes. Returns a descriptor that holds it until closed, or -1, after an error
 * message unless it was a signal. */
int store_lock(const struct store *store, const char *path, const char *waiting);

#endif
