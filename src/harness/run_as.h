/* A command as another user, for root: the VM's process under sudo is the user's who called it. */
#ifndef HARNESS_RUN_AS_H
#define HARNESS_RUN_AS_H

#include "harness/owner.h"
#include "harness/words.h"

#define RUN_AS_OPTION "--run-as"

/* Add what makes the words that follow a command of the owner's: this program with RUN_AS_OPTION. Nothing unless
 * owner->is_other. 0, or -1 after an error message. */
int run_as_add(const struct owner *owner, struct words *words);

/* argv: UID GID COMMAND [ARGUMENT...]. Become that user with all its groups, for good, and run the command with the
 * descriptors that are open. Returns an exit status, only after an error message. */
int run_as(int argc, char **argv);

#endif
