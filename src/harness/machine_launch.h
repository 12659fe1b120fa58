/* Starting the VM's process. */
#ifndef HARNESS_MACHINE_LAUNCH_H
#define HARNESS_MACHINE_LAUNCH_H

#include "harness/image.h"
#include "harness/vm.h"

/* Start it, with network_fd (connection fd) and the file events (connection client: the helper inside
 * writes there). Writes DRIVER.command, which starts the same by hand. Sets the state's machine.
 * 0, or -1 after an error message; then none is running. */
int machine_launch(struct vm *vm, const struct config *config, const struct image *image, int network_fd, int events);

#endif
