/* Running a program for what it prints, with a limit of time, ended by Ctrl-C. */
#ifndef BENCH_CAPTURE_H
#define BENCH_CAPTURE_H

#include <sys/types.h>

struct capture {
    pid_t pid; /* -1: not running */
    int fd;    /* its stdout */
};

/* Start it, in a process group of its own: Ctrl-C of the terminal goes to us alone. Its stderr is
 * error_fd, -1: nowhere. Returns 0, or -1 with errno. */
int capture_start(struct capture *capture, const char *const *argv, int error_fd);

/* Read to its end, for at most limit seconds; then, or when the user stops us, it is ended.
 * *output is what it printed (NUL added; to be freed), never NULL unless memory is out. Returns its
 * exit status as shells have it, or -1 with errno: ETIMEDOUT, EINTR. */
int capture_finish(struct capture *capture, double limit, char **output);

/* Both. A program that cannot be started has status 127 or 126, as in a shell. */
int capture_run(const char *const *argv, int error_fd, double limit, char **output);

#endif
