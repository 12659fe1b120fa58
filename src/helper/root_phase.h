/* What the helper does with privilege, from its first line to the drop:
 *
 *     start.c        the caller's environment, descriptors and limits are put aside; setuid is refused
 *     root_phase.c   what is asked for is checked, with the caller's ids where files are touched, and opened
 *     privileges_*.c all of it is given up (privileges.h)
 *
 * Options are in buffers of fixed size by then; nothing here allocates by what a caller says, and no file of his is
 * written. The network itself is made by interface_start(): helper/network on Linux, vmnet.framework on macOS. */
#ifndef HELPER_ROOT_PHASE_H
#define HELPER_ROOT_PHASE_H

#include "helper/identity.h"
#include "helper/interface.h"
#include "helper/options.h"
#include "helper/peer.h"
#include "helper/socket.h"

struct opened {
    struct interface *interface; /* NULL: not opened */
    struct interface_info info;
    struct server_socket server;
    struct peer peer;
};

/* All that can be wrong with what the caller asks for, before anything is touched; and who the helper will be.
 * Returns 0, or -1 (logged). */
int root_phase_check(const struct options *options, const struct caller *caller, struct identity *identity);

/* Open what needs privilege, and no more. Returns 0, or -1 (logged): *opened is to be closed all the same. */
int root_phase_open(const struct options *options, const struct caller *caller, struct opened *opened);

#endif
