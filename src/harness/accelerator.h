/* What runs the guest's instructions: accelerator_linux.c | accelerator_darwin.c. */
#ifndef HARNESS_ACCELERATOR_H
#define HARNESS_ACCELERATOR_H

#include <stddef.h>

enum accelerator { ACCELERATOR_TCG, ACCELERATOR_KVM, ACCELERATOR_HVF };

/* The best one that is proven to work here. reason says in a few words why it is this one. */
enum accelerator accelerator_find(char *reason, size_t size);

#endif
