/* Privilege: whether we have it, and giving it up for good.
 * privileges_linux.c | privileges_darwin.c.
 *
 * The order of things (see run.c):
 *
 *   1. root, or a capability:  options are checked; what touches the caller's files is done as the
 *                              caller (privileges_borrow), for root would see what the caller may not
 *   2. the interface is opened, the only thing that needs privilege
 *   3. privileges_drop:        groups, gid, uid, every capability set; no way back
 *   4. sandbox_enter:          system calls that forwarding does not need are gone too
 *   5. the first frame of the VM is read
 *
 * Each step is verified by asking the system, and a step that fails ends the program. */
#ifndef HELPER_PRIVILEGES_H
#define HELPER_PRIVILEGES_H

#include "helper/identity.h"

#include <stdbool.h>

/* May this process open a network interface? Logs the remedy if not. */
bool privileges_suffice(void);

/* Act on files as this user until privileges_return(). Before any thread is started; does nothing
 * without privilege. Supplementary groups are given up for good. Returns 0, or -1 (logged). */
int privileges_borrow(const struct identity *identity);
int privileges_return(void);

/* Become this user for ever, with no group but its own, no capability in any set, never to gain one
 * again, not to be debugged and without core files; then verify all of it.
 * Returns 0, or -1 (logged): do not go on. */
int privileges_drop(const struct identity *identity);

#endif
