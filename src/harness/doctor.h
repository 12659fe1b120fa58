/* For other commands: what the doctor has to say when a guest got no address. */
#ifndef HARNESS_DOCTOR_H
#define HARNESS_DOCTOR_H

#include "harness/vm.h"

/* Run the checks that concern the address of this VM's guest, in this network namespace, and print to
 * stderr those that found something. */
void doctor_no_address(const struct vm *vm);

#endif
