/* A script of the user's that makes a new guest ready. */
#ifndef HARNESS_PROVISION_H
#define HARNESS_PROVISION_H

#include "harness/vm.h"

/* Run the script in the guest as root; with once, unless this very text was run there before (the state tells). Its
 * output is in provision.log. 0, or -1 after an error message with the end of the log. */
int provision_run(struct vm *vm, const char *script, bool once);

#endif
