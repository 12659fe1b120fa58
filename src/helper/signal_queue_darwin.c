/* A kqueue tells of each signal that is sent to the process, also of those that are blocked or ignored: it looks on
 * and takes nothing away. So a signal stays pending after it was told, and one that was pending before the
 * kqueue watched is never told. Those are asked for once, after the watch began: what comes between is told twice,
 * which is one wish. */
#include "helper/signal_queue.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/event.h>
#include <unistd.h>

/* Darwin's numbers end at 31. */
enum { SIGNALS_END = 32 };

static int watch(int fd, int number)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)number, EVFILT_SIGNAL, EV_ADD, 0, 0, NULL);
    return kevent(fd, &change, 1, NULL, 0, NULL);
}

int signal_queue_open(struct signal_queue *queue, const sigset_t *handled)
{
    int fd = kqueue();

    *queue = (struct signal_queue){.handled = *handled, .fd = fd};
    if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        log_error("main", "cannot make a kqueue: %s", strerror(errno));
        return -1;
    }
    for (int number = 1; number < SIGNALS_END; number++)
        if (sigismember(handled, number) && watch(fd, number) < 0) {
            log_error("main", "cannot watch for signal %d: %s", number, strerror(errno));
            return -1;
        }
    sigpending(&queue->earlier);
    return 0;
}

/* One that came before the watch; 0: none is left. */
static int take_earlier(struct signal_queue *queue)
{
    for (int number = 1; number < SIGNALS_END; number++)
        if (sigismember(&queue->handled, number) && sigismember(&queue->earlier, number)) {
            sigdelset(&queue->earlier, number);
            return number;
        }
    return 0;
}

int signal_queue_next(struct signal_queue *queue)
{
    struct kevent event;
    int number = take_earlier(queue), count;

    if (number)
        return number;
    do {
        count = kevent(queue->fd, NULL, 0, &event, 1, NULL);
    } while (count < 0 && errno == EINTR);
    return count == 1 ? (int)event.ident : -1;
}
