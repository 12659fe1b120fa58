/* Ending a VM. */
#ifndef HARNESS_HALT_H
#define HARNESS_HALT_H

#include "harness/vm.h"

/* End VM and helper, whichever of them runs; the state then says so, and is the caller's to save.
 * gracefully: the guest is asked first, by the power button and then by ssh, and has grace seconds.
 * Then SIGTERM, then SIGKILL, each bounded. The lock must be held. 0, or -1 after an error message:
 * something could not be ended. */
int vm_halt(struct vm *vm, bool gracefully, double grace);

#endif
