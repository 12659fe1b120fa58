/* Knowing a process again: identity_linux.c | identity_darwin.c.
 *
 * A pid alone may by now be another program's. With the time of its start it is the same process. */
#ifndef HARNESS_IDENTITY_H
#define HARNESS_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#define IDENTITY_SIZE 64

struct identity {
    pid_t pid; /* 0: none */
    char start[IDENTITY_SIZE];
};

/* Who pid is now. 0, or -1 if there is none, or only a zombie. */
int identity_of(pid_t pid, struct identity *identity);

/* Is this very process still running? */
bool identity_is_alive(const struct identity *identity);

/* Wait until it is gone, for at most so many seconds, or until a signal comes. Is it gone? */
bool identity_wait_gone(const struct identity *identity, double seconds);

/* Signal it, if it is still the same. Fine if it is gone. */
void identity_signal(const struct identity *identity, int number);

#endif
