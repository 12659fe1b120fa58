/* `vm start`: from a name to a running guest. */
#ifndef HARNESS_START_H
#define HARNESS_START_H

#include "harness/vm.h"

/* Start the VM, which must be locked and not running. given: the texts of the options of this command.
 * What fails or is interrupted is undone; the logs stay. 0, or -1 (told, unless a signal came). */
int vm_start(struct vm *vm, const struct config *config);

#endif
