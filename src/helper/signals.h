/* Signals as events of the main loop.
 *
 * All that we handle are blocked from the first line of main() on, so no instant exists in which one
 * could end the process with a network left behind; a thread waits for them (signal_queue.h) and passes them on
 * through a pipe. */
#ifndef HELPER_SIGNALS_H
#define HELPER_SIGNALS_H

#include "helper/signal_queue.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct signals {
    sigset_t handled;
    int pipe[2];
    struct signal_queue queue;
    pthread_t thread;
};

/* Block what we handle: TERM, INT, QUIT, HUP (unless ignored: nohup) stop, USR1 logs the counters.
 * Ignore PIPE and XFSZ. */
void signals_block(struct signals *signals);

/* Has a stop signal come since? It stays pending. */
bool signals_stop_is_pending(const struct signals *signals);

/* Make the pipe and the queue. Returns 0, or -1 (logged). */
int signals_open(struct signals *signals);

/* Start the thread that passes them on. A stop signal that comes a second or more after the first ends the process
 * at once, whatever the rest of it is doing. Returns 0, or -1 (logged). */
int signals_start(struct signals *signals);

/* The descriptor that becomes readable when there is a signal. */
int signals_fd(const struct signals *signals);

/* The next signal, SIGUSR1 or SIGTERM for any that stops; 0 if there is none. */
int signals_next(const struct signals *signals);

#endif
