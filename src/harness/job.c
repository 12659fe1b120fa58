#include "harness/job.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/store.h"
#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* End every process of the group: the leader may have gone before the others. */
static void group_end(pid_t group)
{
    kill(-group, SIGTERM);
    process_wait(group, 10);
    for (int i = 0; i < 100 && kill(-group, 0) == 0; i++) {
        kill(-group, i < 50 ? SIGTERM : SIGKILL);
        process_wait(group, 0.05);
        usleep(50000);
    }
}

static int wait_for_end(const struct job *job, pid_t pid)
{
    double start = process_clock(), told = start, nap = 0.002;

    for (;;) {
        int status = process_wait(pid, 0);
        if (status >= 0 || errno != ETIMEDOUT)
            return status;
        bool late = job->limit > 0 && process_clock() - start > job->limit;
        if (late || !interrupt_pause(nap)) {
            group_end(pid);
            errno = late ? ETIMEDOUT : EINTR;
            return -1;
        }
        if (nap < 0.05)
            nap *= 2;
        if (job->progress && process_clock() - told > 0.5) {
            told = process_clock();
            job->progress(job->context);
        }
    }
}

int job_run(const struct job *job)
{
    const char *const *argv = words_argv(job->words);
    const char *log = job->log ? job->log : "/dev/null";
    int fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        message_error("cannot write %s: %s", log, strerror(errno));
    if (!argv || fd < 0) {
        if (fd >= 0)
            close(fd);
        return 126;
    }
    struct process_options options = {
        .argv = argv, .fds = {job->input ? job->input : -1, job->output ? job->output : fd, fd}, .fd_count = 3,
        .new_group = true, .die_with_parent = true,
    };
    pid_t pid = process_start(&options);
    int error = errno;
    close(fd);
    if (pid < 0) {
        message_error("cannot start %s: %s", argv[0], strerror(error));
        return process_exec_status(error);
    }
    return wait_for_end(job, pid);
}

int job_must(const struct words *words, const char *log)
{
    struct job job = {.words = words, .log = log, .limit = 120};
    int status = job_run(&job);

    if (status == 0)
        return 0;
    if (status < 0 && errno == EINTR)
        return -1;
    if (status < 0)
        return message_error("%s did not end: %s", words->list[0], strerror(errno));
    if (status == 126 || status == 127)
        return -1; /* told already */
    if (log && store_is_full(log))
        return message_error("%s failed: no space left for %s; free some, or set VMNET_HOME to another file system",
                             words->list[0], log);
    message_error("%s failed with exit status %d%s%s", words->list[0], status, log ? "; its output is in " : "",
                  log ? log : "");
    if (log)
        message_log_tail(log, 5);
    return -1;
}
