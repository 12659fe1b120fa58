#include "harness/identity.h"
#include "harness/interrupt.h"
#include "common/process.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

bool identity_is_alive(const struct identity *identity)
{
    struct identity now;

    if (identity->pid <= 0)
        return false;
    return identity_of(identity->pid, &now) == 0 && strcmp(now.start, identity->start) == 0;
}

bool identity_wait_gone(const struct identity *identity, double seconds)
{
    double end = process_clock() + seconds;

    while (identity_is_alive(identity))
        if (process_clock() >= end || !interrupt_pause(0.05))
            return !identity_is_alive(identity);
    /* If it was our own child, leave no zombie. */
    if (identity->pid > 0)
        waitpid(identity->pid, NULL, WNOHANG);
    return true;
}

void identity_signal(const struct identity *identity, int number)
{
    if (identity_is_alive(identity))
        kill(identity->pid, number);
}
