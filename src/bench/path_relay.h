/* A process of two threads that carry frames between a TAP and a socket, one each way. Linux. */
#ifndef BENCH_PATH_RELAY_H
#define BENCH_PATH_RELAY_H

#include <sys/types.h>

/* Start it: both threads get argument, to_vm and to_host. The socket's buffers are made large. It ends by
 * SIGKILL, or with the bench. Returns its pid, or -1 (logged). */
pid_t path_relay_start(int socket, void *(*to_vm)(void *), void *(*to_host)(void *), void *argument);

/* Wait until the descriptor is ready, or a second has passed. */
void path_relay_wait(int fd, short events);

#endif
