#include "helper/stop.h"

#include <signal.h>
#include <stddef.h>

bool stop_is_pending(void)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigismember(&pending, signals[i]))
            return true;
    return false;
}
