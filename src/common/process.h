/* Starting and ending other programs. */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process_options {
    const char *const *argv; /* argv[0] is looked up in PATH unless it has a slash */
    int fds[8];              /* becomes descriptor 0, 1, 2, ...; -1: closed, and /dev/null for 0-2 */
    int fd_count;            /* 0: 0-2 as they are here. All above are closed in the program */
    bool new_group;          /* lead a process group of its own */
    bool new_session;        /* lead a session of its own: outlives the terminal */
    bool keep_nohup;         /* SIGHUP stays ignored if it is here, as nohup(1) wants it */
    bool die_with_parent;    /* SIGTERM when this thread ends, where the system can (Linux) */
    /* Called with the pid before the program begins, to write it down: if it returns another value than 0, or this
     * process dies meanwhile, the program never begins, and process_start fails with ECANCELED. Or NULL. */
    int (*born)(pid_t pid, void *context);
    void *context;
};

/* Start a program. Signals have their defaults and none is blocked in it.
 * Returns its pid; or -1 with errno of what failed, exec included, and nothing is left running. */
pid_t process_start(const struct process_options *options);

/* Wait for the end of pid, for at most timeout seconds (negative: no limit).
 * Returns its exit status as shells have it (128 + signal), or -1 with errno (ETIMEDOUT). */
int process_wait(pid_t pid, double timeout);

/* SIGTERM, and after grace seconds SIGKILL; waits for it. The exit status, or -1. */
int process_end(pid_t pid, double grace);

/* Run a program to its end, with stdout in *output (NUL added; freed by the caller) if output is
 * not NULL. Its stderr is ours. The exit status; 127 or 126 if it could not be started; -1 errno. */
int process_run(const char *const *argv, char **output);

/* 127 for a program that is not there, 126 for one that cannot be executed (POSIX sh, 2.8.2). */
int process_exec_status(int error);

/* Seconds of the monotonic clock. */
double process_clock(void);

#endif
