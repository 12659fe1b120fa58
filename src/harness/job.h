/* Running a program to its end while Ctrl-C still works. */
#ifndef HARNESS_JOB_H
#define HARNESS_JOB_H

#include "harness/words.h"

#include <sys/types.h>

/* What a job's wait calls twice a second, to tell of progress. */
typedef void job_progress(void *context);

struct job {
    const struct words *words;
    const char *log;   /* file for its stdout and stderr, appended to; NULL: discarded */
    int output;        /* descriptor for its stdout instead, or 0 */
    int input;         /* descriptor for its stdin, or 0: empty */
    double limit;      /* seconds; 0: none */
    job_progress *progress;
    void *context;
};

/* Run it in a process group of its own, On a signal to us or at the limit the whole
 * group is ended, and waited for.
 * Returns the exit status (127, 126: could not be started), or -1 with errno EINTR or ETIMEDOUT. */
int job_run(const struct job *job);

/* Run it with its output in log; a message names the command when it fails. 0, or -1. */
int job_must(const struct words *words, const char *log);

#endif
