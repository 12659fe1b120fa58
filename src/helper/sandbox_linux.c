#include "helper/sandbox.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int allowed[] = {
    /* Frames: the interface, the VM's socket, pipes, stderr. */
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(recvmmsg), SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(ftruncate),
    /* The next client of a server socket; its file at the end. */
    SCMP_SYS(connect), SCMP_SYS(accept), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(newfstatat),
    SCMP_SYS(fstat), SCMP_SYS(unlinkat), SCMP_SYS(close), SCMP_SYS(shutdown),
    /* Threads and memory, as the C library does them. */
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall), SCMP_SYS(getrandom),
    /* Signals and time. */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigpending), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    /* Who we are; abort(). */
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(geteuid), SCMP_SYS(getuid),
    /* Waiting for the keeper at the end. */
    SCMP_SYS(wait4), SCMP_SYS(waitid),
};

/* What a library may try and can do without. clone3() hides its flags in memory, where a filter cannot look;
 * the C library falls back to clone(). */
static const int refused[] = {SCMP_SYS(clone3), SCMP_SYS(openat), SCMP_SYS(prctl), SCMP_SYS(sched_getaffinity)};

#define RULE(call, ...) seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(call), __VA_ARGS__)

static int add_rules(scmp_filter_ctx filter)
{
    int result = 0;

    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), refused[i], 0);
    if (result == 0) /* threads, no processes */
        result = RULE(clone, 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (result == 0) /* memory, no code */
        result = RULE(mmap, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (result == 0)
        result = RULE(mprotect, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (result == 0)
        result = RULE(mremap, 0);
    return result;
}

static int filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int result = filter ? add_rules(filter) : -ENOMEM;

    if (result == 0)
        result = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (result < 0) {
        log_error("main", "cannot enter the sandbox: seccomp: %s", strerror(-result));
        return -1;
    }
    return 0;
}

/* Every access to files that this version of landlock (landlock(7)) knows. */
static __u64 all_accesses(int version)
{
    unsigned bits = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;

    return ((__u64)1 << bits) - 1;
}

static int allow_removal(int ruleset, int folder)
{
    const struct landlock_path_beneath_attr rule = {
        .allowed_access = LANDLOCK_ACCESS_FS_REMOVE_FILE,
        .parent_fd = folder,
    };

    return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* A second fence behind the filter, which already forbids to open anything. Old kernels have none. */
static int close_files(int folder)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (version < 1) {
        log_debug("main", "this kernel has no landlock");
        return 0;
    }
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = all_accesses(version)};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (ruleset < 0 || (folder >= 0 && allow_removal(ruleset, folder) < 0) ||
        syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) {
        log_error("main", "cannot enter the sandbox: landlock: %s", strerror(errno));
        if (ruleset >= 0)
            close(ruleset);
        return -1;
    }
    close(ruleset);
    return 0;
}

int sandbox_enter(int folder)
{
    return close_files(folder) < 0 ? -1 : filter_calls();
}
