#include "harness/interrupt.h"
#include "common/process.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t caught;

static void remember(int number)
{
    caught = number;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = remember}; /* no SA_RESTART: waits shall end */

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int interrupt_signal(void)
{
    return caught;
}

void interrupt_forget(void)
{
    caught = 0;
}

void interrupt_restore(int number)
{
    caught = number;
}

bool interrupt_pause(double seconds)
{
    /* Short naps: a signal just before one is noticed after it. */
    for (double end = process_clock() + seconds; !caught;) {
        double left = end - process_clock();
        if (left <= 0)
            return true;
        struct timespec nap = {.tv_nsec = (long)((left < 0.05 ? left : 0.05) * 1e9)};
        nanosleep(&nap, NULL);
    }
    return false;
}
