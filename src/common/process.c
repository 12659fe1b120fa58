#include "common/process.h"
#include "common/descriptors.h"
#include "common/parent_death.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FD_LIMIT = 8 };

double process_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int process_exec_status(int error)
{
    return error == ENOENT || error == ENOTDIR ? 127 : 126;
}

static void default_signals(bool keep_nohup)
{
    sigset_t none;
    struct sigaction hangup;

    for (int number = 1; number < 32; number++)
        if (number != SIGHUP)
            signal(number, SIG_DFL);
    if (!keep_nohup || sigaction(SIGHUP, NULL, &hangup) < 0 || hangup.sa_handler != SIG_IGN)
        signal(SIGHUP, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Put the wanted descriptors at 0, 1, 2, ... and the report pipe after them. They are moved out of
 * the way first: a wanted descriptor may sit where another one must go. Returns where report is. */
static int place_descriptors(const struct process_options *options, int report)
{
    int moved[FD_LIMIT];
    int count = options->fd_count ? options->fd_count : 3;

    if ((report = fcntl(report, F_DUPFD_CLOEXEC, 2 * FD_LIMIT)) < 0)
        return -1;
    for (int i = 0; i < options->fd_count; i++) {
        moved[i] = options->fds[i];
        if (i < 3 && moved[i] < 0)
            moved[i] = open("/dev/null", O_RDWR);
        if (moved[i] >= 0 && (moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, 2 * FD_LIMIT)) < 0)
            return -1;
    }
    for (int i = 0; i < options->fd_count; i++)
        if (moved[i] < 0)
            close(i);
        else if (dup2(moved[i], i) < 0)
            return -1;
    if (dup2(report, count) < 0 || fcntl(count, F_SETFD, FD_CLOEXEC) < 0)
        return -1;
    descriptors_close_from(count + 1);
    return count;
}

static void run_child(const struct process_options *options, int report, pid_t parent)
{
    int placed = place_descriptors(options, report);

    if (placed >= 0) {
        report = placed;
        if (options->new_session)
            setsid();
        else if (options->new_group)
            setpgid(0, 0);
        default_signals(options->keep_nohup);
        if (options->die_with_parent)
            parent_death_signal(SIGTERM, parent);
        execvp(options->argv[0], (char *const *)(uintptr_t)options->argv);
    }
    int error = errno;
    ssize_t written = write(report, &error, sizeof(error));
    (void)written;
    _exit(process_exec_status(error));
}

/* In the child: until the parent has written down who we are. Its end closes the pipe. */
static void wait_for_parent(const int gate[2])
{
    char byte;

    close(gate[1]);
    if (read(gate[0], &byte, 1) != 1)
        _exit(1);
    close(gate[0]);
}

/* In the parent: let the child go on, or not. False: it did not. */
static bool open_gate(const struct process_options *options, pid_t pid, const int gate[2])
{
    bool go = pid > 0 && options->born(pid, options->context) == 0 && write(gate[1], "", 1) == 1;

    close(gate[0]);
    close(gate[1]);
    if (pid > 0 && !go)
        waitpid(pid, NULL, 0);
    return go;
}

static int pipe_close_on_exec(int ends[2])
{
    if (pipe(ends) < 0)
        return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

pid_t process_start(const struct process_options *options)
{
    int report[2], gate[2];
    int error = 0;
    pid_t parent = getpid();

    if (pipe_close_on_exec(report) < 0)
        return -1;
    if (options->born && pipe_close_on_exec(gate) < 0) {
        error = errno;
        close(report[0]);
        close(report[1]);
        errno = error;
        return -1;
    }

    /* No signal handler of ours may run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        if (options->born)
            wait_for_parent(gate);
        run_child(options, report[1], parent);
    }
    error = pid < 0 ? errno : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);

    close(report[1]);
    if (options->born && !open_gate(options, pid, gate) && pid > 0) {
        pid = -1;
        error = ECANCELED;
    }
    if (pid > 0) {
        ssize_t count;
        while ((count = read(report[0], &error, sizeof(error))) < 0 && errno == EINTR)
            ;
        if (count != sizeof(error))
            error = 0;
        else
            waitpid(pid, NULL, 0);
    }
    close(report[0]);
    if (error) {
        errno = error;
        return -1;
    }
    return pid;
}

static int shell_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int process_wait(pid_t pid, double timeout)
{
    double end = process_clock() + timeout;
    struct timespec pause = {.tv_nsec = 1000000};
    int status;

    for (;;) {
        pid_t ended = waitpid(pid, &status, timeout < 0 ? 0 : WNOHANG);
        if (ended == pid)
            return shell_status(status);
        if (ended < 0 && errno != EINTR)
            return -1;
        if (timeout >= 0) {
            if (process_clock() >= end) {
                errno = ETIMEDOUT;
                return -1;
            }
            nanosleep(&pause, NULL);
            if (pause.tv_nsec < 20000000)
                pause.tv_nsec *= 2;
        }
    }
}

int process_end(pid_t pid, double grace)
{
    kill(pid, SIGTERM);
    int status = process_wait(pid, grace);
    if (status >= 0 || errno != ETIMEDOUT)
        return status;
    kill(pid, SIGKILL);
    return process_wait(pid, -1);
}

static char *read_to_end(int fd)
{
    size_t used = 0, room = 4096;
    char *text = malloc(room + 1);

    while (text) {
        ssize_t count = read(fd, text + used, room - used);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        used += (size_t)count;
        if (used == room) {
            room *= 2;
            char *larger = realloc(text, room + 1);
            if (!larger)
                break;
            text = larger;
        }
    }
    if (text)
        text[used] = '\0';
    return text;
}

int process_run(const char *const *argv, char **output)
{
    int out[2] = {-1, 1};

    if (output && pipe(out) < 0)
        return -1;
    if (output)
        fcntl(out[0], F_SETFD, FD_CLOEXEC);
    struct process_options options = {.argv = argv, .fds = {0, out[1], 2}, .fd_count = 3};
    pid_t pid = process_start(&options);
    int error = errno;
    if (output) {
        close(out[1]);
        *output = pid < 0 ? NULL : read_to_end(out[0]);
        close(out[0]);
    }
    if (pid < 0) {
        errno = error;
        return process_exec_status(error);
    }
    return process_wait(pid, -1);
}
