/* From a started process to a guest that one can log in to. */
#ifndef HARNESS_BOOT_H
#define HARNESS_BOOT_H

#include "harness/keys.h"

/* Wait until the guest has an address and, with login, takes a login, telling of progress. Sets the state's ip and
 * writes ssh.config as soon as there is one. 0; or -1, after an error message that names the log and
 * shows its end (unless a signal came): VM or helper ended, or the timeout is over. */
int boot_wait(struct vm *vm, const struct keys *keys, double timeout, bool login);

/* The last address that the helper's events tell of. True if there is one; ip must hold
 * IPV4_TEXT_SIZE bytes. */
bool boot_address(const char *events, char *ip);

#endif
