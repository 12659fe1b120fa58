/* --list-shared-interfaces: what the system offers, a name a line or as JSON. */
#ifndef HELPER_LIST_H
#define HELPER_LIST_H

#include <stdbool.h>

/* The exit status. */
int list_run(bool json);

#endif
