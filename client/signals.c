#include "signals.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A handler has no other way to reach its pipe. */
static int signal_pipe[2] = {-1, -1};

static void catch_signal(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    /* Codes up to 0 are Linux's for what a process sent. si_pid would not do: it is 0 for a sender
     * outside of a container. */
    bool sent = info->si_code <= 0 || info->si_code == SI_USER;
    struct client_signal caught = {.number = number, .to_group = !sent && (number == SIGINT || number == SIGQUIT)};

    /* Smaller than PIPE_BUF: whole or not at all. A full pipe holds hundreds that wait already. */
    ssize_t written = write(signal_pipe[1], &caught, sizeof(caught));
    (void)written;
    errno = saved;
}

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int client_signals_open(void)
{
    static const int caught[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD};
    struct sigaction action = {.sa_sigaction = catch_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t unblocked;

    if (pipe(signal_pipe) < 0) {
        log_error("client", "cannot make a pipe: %s", strerror(errno));
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
    }
    sigfillset(&action.sa_mask);
    sigemptyset(&unblocked);
    for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++) {
        if (caught[i] == SIGHUP && is_ignored(SIGHUP))
            continue;
        sigaction(caught[i], &action, NULL);
        sigaddset(&unblocked, caught[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    /* A caller may have left them blocked. */
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
    return signal_pipe[0];
}

bool client_signals_take(struct client_signal *taken)
{
    ssize_t count;

    while ((count = read(signal_pipe[0], taken, sizeof(*taken))) < 0 && errno == EINTR)
        ;
    return count == (ssize_t)sizeof(*taken);
}
