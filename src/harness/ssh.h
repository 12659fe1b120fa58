/* Logging in: the configuration for ssh, and its command line. */
#ifndef HARNESS_SSH_H
#define HARNESS_SSH_H

#include "harness/keys.h"
#include "harness/words.h"

/* The text of ssh.config: one Host block, for `ssh -F` or for an Include in ~/.ssh/config. Freed by
 * the caller; NULL: no memory. */
char *ssh_config_text(const struct vm *vm, const char *identity);

/* Write ssh.config and known_hosts into the VM's folder. 0, or -1 after an error message. */
int ssh_config_write(const struct vm *vm, const struct keys *keys);

/* Start a command line: ssh -F CONFIG [option...] NAME. */
void ssh_words(const struct vm *vm, struct words *words, const char *const *options);

/* Does a login succeed? Waits for at most so many seconds; its errors go to the VM's ssh.log. */
bool ssh_try(const struct vm *vm, double limit);

#endif
