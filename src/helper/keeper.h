/* The keeper: the process that leaves the network when the forwarder has ended, however it ended. */
#ifndef HELPER_KEEPER_H
#define HELPER_KEEPER_H

#include "helper/network/network.h"

struct keeper {
    int forwarder; /* write end: closed by the kernel with the last of the forwarder */
    int ended;     /* read end: end of file when the keeper has ended */
};

/* Start one, before the network is joined: what is not joined needs no leaving. It is ready, with its privileges
 * dropped, when this returns. Returns 0, or -1 (logged). */
int keeper_start(struct keeper *keeper, const struct network *network, const char *tap);

/* Have it leave the network and wait for that, for at most 5 s. Needs no privilege, and no system
 * calls but close and poll. */
void keeper_stop(struct keeper *keeper);

#endif
