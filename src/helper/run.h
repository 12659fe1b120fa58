/* Serving one VM, from the checks to the end. */
#ifndef HELPER_RUN_H
#define HELPER_RUN_H

#include "helper/options.h"
#include "helper/start.h"

#include <signal.h>

struct signals;

/* The exit status. */
int run(const struct options *options, const struct caller *caller, struct signals *signals);

#endif
