/* A kqueue for signals, on Linux's signalfd, with what differs made strict:
 *
 *   - a signal that was pending before it was added is never told: it is thrown away
 *   - a signal that is neither blocked nor ignored would end the process whoever looks on: that is a bug
 *
 * On Darwin what was told stays pending; here it does not. */
#include <sys/event.h>

#include "fake.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* There is one kqueue in the helper. */
static struct {
    int fd;
    sigset_t watched, earlier;
} queue = {.fd = -1};

int kqueue(void)
{
    if (*fake_setting("FAKE_KQUEUE")) {
        errno = atoi(fake_setting("FAKE_KQUEUE"));
        return -1;
    }
    sigemptyset(&queue.watched);
    sigemptyset(&queue.earlier);
    queue.fd = signalfd(-1, &queue.watched, 0);
    return queue.fd;
}

static void add(const struct kevent *change)
{
    int number = (int)change->ident;
    sigset_t blocked, pending;
    struct sigaction action;

    if (change->filter != EVFILT_SIGNAL || change->flags != EV_ADD)
        fake_abort("kevent: filter %d with flags %#x is not here", change->filter, change->flags);
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    if (!sigismember(&blocked, number) && sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        fake_abort("kevent: signal %d is neither blocked nor ignored", number);
    sigpending(&pending);
    if (sigismember(&pending, number))
        sigaddset(&queue.earlier, number);
    sigaddset(&queue.watched, number);
}

int kevent(int fd, const struct kevent *changes, int change_count, struct kevent *events, int event_count,
           const struct timespec *timeout)
{
    struct signalfd_siginfo info;

    if (fd < 0 || fd != queue.fd || timeout)
        fake_abort("kevent: not the one kqueue, or with a timeout");
    for (int i = 0; i < change_count; i++)
        add(&changes[i]);
    if (change_count && signalfd(fd, &queue.watched, 0) < 0)
        return -1;
    if (event_count < 1)
        return 0;
    for (;;) {
        if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
            return -1;
        if (!sigismember(&queue.earlier, (int)info.ssi_signo))
            break;
        sigdelset(&queue.earlier, (int)info.ssi_signo);
    }
    events[0] = (struct kevent){.ident = info.ssi_signo, .filter = EVFILT_SIGNAL, .data = 1};
    return 1;
}
