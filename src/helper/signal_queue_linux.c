#include "helper/signal_queue.h"

#include <errno.h>

int signal_queue_open(struct signal_queue *queue, const sigset_t *handled)
{
    *queue = (struct signal_queue){.handled = *handled, .fd = -1};
    return 0;
}

int signal_queue_next(struct signal_queue *queue)
{
    int number, error = sigwait(&queue->handled, &number);

    if (!error)
        return number;
    errno = error;
    return -1;
}
