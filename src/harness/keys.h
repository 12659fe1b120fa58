/* SSH keys: the user's, one for all VMs, and each VM's own.
 *
 * The VM's host key is made here and given to the guest by the seed, so that the first login already
 * goes to a host that is known: nobody need answer yes to a fingerprint. */
#ifndef HARNESS_KEYS_H
#define HARNESS_KEYS_H

#include "harness/vm.h"

struct keys {
    char identity[PATH_MAX]; /* the file of the user's private key */
    char *user_public;       /* one line: "ssh-ed25519 AAAA... comment" */
    char *host_private;      /* the text of the file */
    char *host_public;
};

/* Make what is missing, read the rest. 0, or -1 after an error message; keys_free in both cases. */
int keys_load(struct keys *keys, const struct vm *vm);

void keys_free(struct keys *keys);

#endif
