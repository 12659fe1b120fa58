#include "helper/signals.h"
#include "common/file.h"
#include "common/log.h"
#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};

enum { STOP_COUNT = sizeof(stop_signals) / sizeof(stop_signals[0]) };

/* A terminal's Ctrl-C reaches us, and the program that started us sends TERM besides: the two come
 * together and are one wish. Who asks again later means it. */
static const double patience = 1;

static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void signals_block(struct signals *signals)
{
    sigemptyset(&signals->handled);
    sigaddset(&signals->handled, SIGUSR1);
    /* A shell's background job has INT ignored, but whoever sends it to our pid means us. */
    for (int i = 0; i < STOP_COUNT; i++)
        if (stop_signals[i] != SIGHUP || !is_ignored(SIGHUP))
            sigaddset(&signals->handled, stop_signals[i]);
    pthread_sigmask(SIG_SETMASK, &signals->handled, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* A caller that ignores it would have our children vanish before we ask for their status. */
    signal(SIGCHLD, SIG_DFL);
    /* A limit on the size of files is an error of write(). */
    signal(SIGXFSZ, SIG_IGN);
    signals->pipe[0] = signals->pipe[1] = -1;
}

bool signals_stop_is_pending(const struct signals *signals)
{
    sigset_t pending;

    sigpending(&pending);
    for (int i = 0; i < STOP_COUNT; i++)
        if (sigismember(&pending, stop_signals[i]) && sigismember(&signals->handled, stop_signals[i]))
            return true;
    return false;
}

static void *pass_on(void *argument)
{
    struct signals *signals = argument;
    double first_stop = 0;
    int number;

    while ((number = signal_queue_next(&signals->queue)) > 0) {
        if (number != SIGUSR1) {
            double now = process_clock();
            if (first_stop > 0 && now - first_stop >= patience)
                _exit(1);
            if (first_stop <= 0)
                first_stop = now;
        }
        char byte = number == SIGUSR1 ? SIGUSR1 : SIGTERM;
        /* A full pipe has told already. */
        file_write_all(signals->pipe[1], &byte, 1);
    }
    return NULL;
}

int signals_open(struct signals *signals)
{
    if (pipe(signals->pipe) < 0) {
        log_error("main", "cannot make a pipe: %s", strerror(errno));
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(signals->pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(signals->pipe[i], F_SETFL, O_NONBLOCK);
    }
    return signal_queue_open(&signals->queue, &signals->handled);
}

int signals_start(struct signals *signals)
{
    int error = pthread_create(&signals->thread, NULL, pass_on, signals);
    if (error) {
        log_error("main", "cannot start a thread: %s", strerror(error));
        return -1;
    }
    return 0;
}

int signals_fd(const struct signals *signals)
{
    return signals->pipe[0];
}

int signals_next(const struct signals *signals)
{
    char byte;

    return read(signals->pipe[0], &byte, 1) == 1 ? byte : 0;
}
