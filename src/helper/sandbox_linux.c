#include "helper/sandbox.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int forwarder[] = {
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
static const int forwarder_refused[] = {SCMP_SYS(clone3), SCMP_SYS(openat), SCMP_SYS(prctl),
                                        SCMP_SYS(sched_getaffinity)};

static const int keeper[] = {
    /* The pipes, the state's files, what the libraries read of /etc and /proc. */
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(openat),
    SCMP_SYS(open), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat),
    SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(lseek),
    SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rmdir), SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(dup),
    SCMP_SYS(ioctl),
    /* netlink, and the database of an Open vSwitch: sockets of their families, see below. */
    SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg), SCMP_SYS(shutdown),
    /* dnsmasq's end, and the process in which libnftables works. */
    SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal), SCMP_SYS(wait4), SCMP_SYS(waitid),
    /* Memory, signals and time, as the C library does them. */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(sched_yield), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    /* Without CAP_SETUID: to one of the ids that it has (keeper_linux.c). */
    SCMP_SYS(setfsuid), SCMP_SYS(setresuid),
    /* Who we are; abort(); the end. */
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
    SCMP_SYS(getegid), SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static const int keeper_refused[] = {SCMP_SYS(clone3), SCMP_SYS(prctl), SCMP_SYS(prlimit64),
                                     SCMP_SYS(sched_getaffinity), SCMP_SYS(sigaltstack)};

#define RULE(action, call, ...) seccomp_rule_add(filter, action, SCMP_SYS(call), __VA_ARGS__)
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int add_lists(scmp_filter_ctx filter, const int *allowed, size_t allowed_count, const int *refused,
                     size_t refused_count)
{
    int result = 0;

    for (size_t i = 0; i < allowed_count && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < refused_count && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), refused[i], 0);
    if (result == 0) /* memory, no code */
        result = RULE(SCMP_ACT_ALLOW, mmap, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (result == 0)
        result = RULE(SCMP_ACT_ALLOW, mprotect, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (result == 0)
        result = RULE(SCMP_ACT_ALLOW, mremap, 0);
    return result;
}

static int add_forwarder(scmp_filter_ctx filter)
{
    int result = add_lists(filter, forwarder, COUNT(forwarder), forwarder_refused, COUNT(forwarder_refused));

    if (result == 0) /* threads, no processes */
        result = RULE(SCMP_ACT_ALLOW, clone, 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    return result;
}

static int add_keeper(scmp_filter_ctx filter)
{
    const scmp_datum_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                    CLONE_NEWPID | CLONE_NEWNET;
    int result = add_lists(filter, keeper, COUNT(keeper), keeper_refused, COUNT(keeper_refused));

    if (result == 0) /* processes, but of this program and its namespaces */
        result = RULE(SCMP_ACT_ALLOW, clone, 1, SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces, 0));
    if (result == 0)
        result = RULE(SCMP_ACT_ALLOW, fork, 0);
    if (result == 0)
        result = RULE(SCMP_ACT_ALLOW, socket, 1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK));
    if (result == 0)
        result = RULE(SCMP_ACT_ALLOW, socket, 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
    if (result == 0) /* a library that would load another one can do without */
        result = RULE(SCMP_ACT_ERRNO(EACCES), mmap, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    return result;
}

static int filter_calls(int (*add)(scmp_filter_ctx filter))
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int result = filter ? add(filter) : -ENOMEM;

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

/* At most these accesses, to what is below the folder. */
static int allow(int ruleset, int folder, __u64 accesses)
{
    const struct landlock_path_beneath_attr rule = {.allowed_access = accesses, .parent_fd = folder};

    return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* A fence with no gate yet. Returns its descriptor, or -1 (logged); 0 where the kernel has none. */
static int fence_make(__u64 *accesses)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (version < 1) {
        log_debug("main", "this kernel has no landlock");
        return 0;
    }
    *accesses = all_accesses(version);
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = *accesses};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (ruleset < 0)
        log_error("main", "cannot enter the sandbox: landlock: %s", strerror(errno));
    return ruleset;
}

/* result: of the rules before. Closes it. */
static int fence_close(int ruleset, int result)
{
    if (result == 0)
        result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    if (result < 0)
        log_error("main", "cannot enter the sandbox: landlock: %s", strerror(errno));
    close(ruleset);
    return result;
}

/* A second fence behind the filter, which already forbids to open anything. Old kernels have none. */
static int close_files(int folder)
{
    __u64 accesses;
    int ruleset = fence_make(&accesses);

    if (ruleset <= 0)
        return ruleset;
    return fence_close(ruleset, folder >= 0 ? allow(ruleset, folder, LANDLOCK_ACCESS_FS_REMOVE_FILE) : 0);
}

int sandbox_enter(int folder)
{
    return close_files(folder) < 0 ? -1 : filter_calls(add_forwarder);
}

static int allow_path(int ruleset, const char *path, __u64 accesses)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    int result = fd < 0 ? -1 : allow(ruleset, fd, accesses);

    if (fd >= 0)
        close(fd);
    return result;
}

static int close_other_files(const char *state)
{
    const __u64 reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    __u64 accesses;
    int ruleset = fence_make(&accesses);

    if (ruleset <= 0)
        return ruleset;
    if (mkdir(state, 0700) < 0 && errno != EEXIST)
        return fence_close(ruleset, -1);
    accesses &= ~(__u64)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                         LANDLOCK_ACCESS_FS_MAKE_SYM);
    int result = allow_path(ruleset, "/", reading);
    if (result == 0)
        result = allow_path(ruleset, state, accesses);
    if (result == 0)
        result = allow_path(ruleset, "/proc/sys/net", reading | LANDLOCK_ACCESS_FS_WRITE_FILE);
    return fence_close(ruleset, result);
}

int sandbox_enter_keeper(const char *state)
{
    return close_other_files(state) < 0 ? -1 : filter_calls(add_keeper);
}
