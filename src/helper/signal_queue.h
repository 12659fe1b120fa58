/* Blocked signals, one after the other: by sigwait(3) on Linux, by a kqueue on macOS. */
#ifndef HELPER_SIGNAL_QUEUE_H
#define HELPER_SIGNAL_QUEUE_H

#include <signal.h>

struct signal_queue {
    sigset_t handled;
    sigset_t earlier; /* macOS: came before the kqueue watched, not yet told */
    int fd;           /* of the kqueue; -1 on Linux */
};

/* handled: the signals, which every thread blocks. Those that came before are not lost.
 * Returns 0, or -1 (logged). */
int signal_queue_open(struct signal_queue *queue, const sigset_t *handled);

/* Wait for the next. Returns its number, or -1 with errno. For one thread. */
int signal_queue_next(struct signal_queue *queue);

#endif
