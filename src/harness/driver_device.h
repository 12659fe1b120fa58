/* The part of the command line that krunkit took over from vfkit: --device KIND,KEY=VALUE,... For their drivers. */
#ifndef HARNESS_DRIVER_DEVICE_H
#define HARNESS_DRIVER_DEVICE_H

#include "harness/driver.h"

/* The program's name, processors and memory. */
void device_add_machine(const struct machine *machine, struct words *words);

/* Boot from the first disk by EFI, with a store for its variables that is made if it is missing. */
void device_add_efi(const struct machine *machine, struct words *words);

/* The VM's own disk, the seed, further disks, in this order; suffix ends each: ",format=raw". Then the serial line,
 * which goes to its log, and a source of randomness. */
void device_add_usual(const struct machine *machine, const char *suffix, struct words *words);

#endif
