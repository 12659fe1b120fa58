/* Whose files these are: under sudo, the user's who called it. */
#ifndef HARNESS_OWNER_H
#define HARNESS_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct owner {
    uid_t uid;
    gid_t gid;
    bool is_other; /* we are root for somebody else: files are to be given to them */
};

/* From SUDO_UID and SUDO_GID if we are root, else ourselves. 0, or -1 after an error message. */
int owner_find(struct owner *owner);

/* The home directory of the owner: $HOME unless is_other. 0, or -1 after an error message. */
int owner_home(const struct owner *owner, char *path, size_t size);

/* The same without a message: false if there is none. */
bool owner_find_home(const struct owner *owner, char *path, size_t size);

/* Give the owner a file or folder and all in it that is root's; links are not followed. Does nothing
 * unless is_other. Best effort: what cannot be given away stays root's. */
void owner_give(const struct owner *owner, const char *path);

#endif
