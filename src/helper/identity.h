/* Who the helper is after it has opened the interface. */
#ifndef HELPER_IDENTITY_H
#define HELPER_IDENTITY_H

#include "helper/start.h"

#include <stdbool.h>
#include <sys/types.h>

struct identity {
    uid_t uid;
    gid_t gid;
};

/* --user, else the user who called sudo, else our own real user. For root itself: nobody, or root
 * (without capabilities) when the VM is to connect to a socket file, because root's VM could not
 * reach nobody. SUDO_UID and SUDO_GID count for root only: anybody can set them.
 * Returns 0, or -1 after logging what is wrong: exit status 2. */
int identity_choose(struct identity *identity, const char *user, const struct caller *caller, bool by_socket);

/* Did root itself start us, and not another user by sudo? */
bool identity_is_root(const struct caller *caller);

#endif
