/* The reference: what a helper is that reads one frame and writes one frame, with a system call for each.
 * Linux. */
#ifndef BENCH_PATH_REFERENCE_H
#define BENCH_PATH_REFERENCE_H

#include <sys/types.h>

/* Start it between a TAP without virtio headers and a datagram socket. Both descriptors stay the caller's
 * too. It ends by SIGKILL, or with the bench. Returns its pid, or -1 (logged). */
pid_t path_reference_start(int tap, int socket);

#endif
