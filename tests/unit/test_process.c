#include "unit/unit.h"

#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start_shell(const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct process_options options = {.argv = argv};
    return process_start(&options);
}

static void the_exit_status_is_the_programs(void **state)
{
    assert_int_equal(process_wait(start_shell("exit 7"), -1), 7);
}

static void death_by_signal_is_128_and_its_number(void **state)
{
    assert_int_equal(process_wait(start_shell("kill -KILL $$"), -1), 128 + SIGKILL);
}

static void a_program_that_is_not_there_is_told_at_once(void **state)
{
    const char *argv[] = {"/nowhere/at-all", NULL};
    struct process_options options = {.argv = argv};

    assert_int_equal(process_start(&options), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(process_exec_status(errno), 127);
}

static void a_file_that_is_no_program_cannot_be_started(void **state)
{
    char path[] = "/tmp/test_process.XXXXXX";
    close(mkstemp(path));
    const char *argv[] = {path, NULL};
    struct process_options options = {.argv = argv};

    pid_t pid = process_start(&options);
    int error = errno;
    unlink(path);
    assert_int_equal(pid, -1);
    assert_int_equal(error, EACCES);
    assert_int_equal(process_exec_status(error), 126);
}

static int write_down(pid_t pid, void *context)
{
    *(pid_t *)context = pid;
    return 0;
}

static int refuse(pid_t pid, void *context)
{
    *(pid_t *)context = pid;
    return -1;
}

static int die(pid_t pid, void *context)
{
    _exit(0);
}

static void a_program_begins_when_its_pid_is_written_down(void **state)
{
    const char *argv[] = {"true", NULL};
    pid_t told = 0;
    struct process_options options = {.argv = argv, .born = write_down, .context = &told};

    pid_t pid = process_start(&options);
    assert_true(pid > 0);
    assert_int_equal(told, pid);
    assert_int_equal(process_wait(pid, -1), 0);
}

/* The program would leave a file. */
static void otherwise_it_never_begins(void **state)
{
    char path[] = "/tmp/test_process.XXXXXX";
    close(mkstemp(path));
    unlink(path);
    const char *argv[] = {"touch", path, NULL};
    pid_t told = 0;
    struct process_options options = {.argv = argv, .born = refuse, .context = &told};

    assert_int_equal(process_start(&options), -1);
    assert_int_equal(errno, ECANCELED);
    assert_true(told > 0);
    assert_int_equal(kill(told, 0), -1);
    assert_int_equal(access(path, F_OK), -1);

    /* Nor after a parent that dies: its own child holds the pipe's end as long as it lives. */
    int alive[2];
    char byte;
    assert_int_equal(pipe(alive), 0);
    pid_t parent = fork();
    if (parent == 0) {
        options.born = die;
        process_start(&options);
        _exit(1);
    }
    close(alive[1]);
    assert_int_equal(process_wait(parent, -1), 0);
    assert_int_equal(read(alive[0], &byte, 1), 0);
    close(alive[0]);
    assert_int_equal(access(path, F_OK), -1);
}

static void output_is_returned_whole(void **state)
{
    const char *argv[] = {"sh", "-c", "seq 5000", NULL};
    char *output = NULL;

    assert_int_equal(process_run(argv, &output), 0);
    assert_int_equal(strlen(output), 9 * 2 + 90 * 3 + 900 * 4 + 4001 * 5);
    assert_memory_equal(output, "1\n2\n3\n", 6);
    free(output);
}

static void only_the_named_descriptors_reach_the_program(void **state)
{
    /* Three of our own that must not be seen there, one of them where another has to go. */
    int pipes[2], extra = open("/dev/null", O_RDONLY);
    char text[64];

    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(dup2(extra, 20), 20);
    const char *argv[] = {"sh", "-c", "for f in /proc/self/fd/*; do printf '%s ' ${f##*/}; done; echo >&4", NULL};
    struct process_options options = {.argv = argv, .fds = {-1, pipes[1], 2, -1, pipes[1]}, .fd_count = 5};
    pid_t pid = process_start(&options);
    close(pipes[1]);
    assert_int_equal(process_wait(pid, -1), 0);
    ssize_t count = read(pipes[0], text, sizeof(text) - 1);
    text[count < 0 ? 0 : count] = '\0';
    /* The folder that the shell lists is one more while it lists it. */
    assert_memory_equal(text, "0 1 2 ", 6);
    assert_null(strstr(text, "20 "));
    assert_non_null(strstr(text, " 4 "));
    close(pipes[0]);
    close(extra);
    close(20);
}

static void a_program_starts_with_no_signal_blocked_or_ignored(void **state)
{
    sigset_t blocked, before;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    /* But for 32 and 33, which are the C library's own: make leaves them ignored, and nobody can change that. */
    pid_t pid = start_shell("grep -qE '^SigBlk:\t0+$' /proc/self/status &&"
                            "grep -qE '^SigIgn:\t0{7}[01][08]0{7}$' /proc/self/status");
    assert_int_equal(process_wait(pid, -1), 0);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void waiting_is_bounded(void **state)
{
    pid_t pid = start_shell("exec sleep 60");

    assert_int_equal(process_wait(pid, 0.05), -1);
    assert_int_equal(errno, ETIMEDOUT);
    assert_int_equal(process_end(pid, 5), 128 + SIGTERM);
}

static void a_stubborn_program_is_killed_after_the_grace(void **state)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    const char *argv[] = {"sh", "-c", "trap '' TERM; echo; while :; do sleep 0.1; done", NULL};
    struct process_options options = {.argv = argv, .fds = {-1, ready[1], 2}, .fd_count = 3};
    pid_t pid = process_start(&options);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(process_end(pid, 0.1), 128 + SIGKILL);
    close(ready[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_is_the_programs),
        cmocka_unit_test(death_by_signal_is_128_and_its_number),
        cmocka_unit_test(a_program_that_is_not_there_is_told_at_once),
        cmocka_unit_test(a_file_that_is_no_program_cannot_be_started),
        cmocka_unit_test(a_program_begins_when_its_pid_is_written_down),
        cmocka_unit_test(otherwise_it_never_begins),
        cmocka_unit_test(output_is_returned_whole),
        cmocka_unit_test(only_the_named_descriptors_reach_the_program),
        cmocka_unit_test(a_program_starts_with_no_signal_blocked_or_ignored),
        cmocka_unit_test(waiting_is_bounded),
        cmocka_unit_test(a_stubborn_program_is_killed_after_the_grace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
