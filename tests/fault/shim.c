/* Preloaded into the helper: one system call fails, as if the system had been short of something.
 *
 *     LD_PRELOAD=shim.so FAULT=FILE vmnet-helper ...
 *
 * FILE is a struct plan, which this maps: the helper keeps no descriptor but its own, and may open none
 * later. Calls are counted by the name of the system call; the one that the plan names fails, the
 * nth time, once, with an errno, or does less than asked. The plan is for one of the helper's processes: itself,
 * the keeper (its first child), or the other children, until they become another program. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS(X)                                                                                                       \
    X(openat) X(read) X(write) X(readv) X(writev) X(recvmsg) X(sendmsg) X(recvfrom) X(sendto) X(recvmmsg) X(sendmmsg) \
    X(poll) X(socket) X(bind) X(listen) X(connect) X(accept) X(getsockopt) X(setsockopt) X(getsockname)               \
    X(getpeername) X(ioctl) X(fcntl) X(dup2) X(close) X(pipe2) X(eventfd2) X(clone) X(clone3) X(mmap) X(flock)         \
    X(setgroups) X(setresuid) X(setresgid) X(setuid) X(prctl) X(capset) X(unlinkat) X(unlink) X(mkdirat)               \
    X(newfstatat) X(prlimit64) X(clock_nanosleep) X(wait4) X(readlink) X(faccessat2) X(getdents64) X(ftruncate)         \
    X(landlock_create_ruleset) X(landlock_add_rule) X(landlock_restrict_self) X(close_range) X(pidfd_open)             \
    X(pidfd_send_signal) X(seccomp) X(pselect6) X(chdir) X(execve)

enum call {
#define NUMBER(name) CALL_##name,
    CALLS(NUMBER)
    COUNT
};

enum { NAME_SIZE = 32, SHORT = -1 };

enum role { HELPER, KEEPER, CHILD };

struct plan {
    char target[NAME_SIZE]; /* empty: only count */
    int error;              /* SHORT: do less than asked */
    unsigned nth;           /* from 1 */
    atomic_uint hit;        /* the fault has happened */
    unsigned calls;         /* how many there are below */
    int role;               /* enum role */
    struct {
        char name[NAME_SIZE];
        atomic_uint count;
    } call[COUNT];
};

static struct plan *plan;
static enum role role;
static int target = -1;

__attribute__((constructor)) static void start(void)
{
    static const char *const names[] = {
#define NAME(name) #name,
        CALLS(NAME)
    };
    const char *path = getenv("FAULT");
    int fd = path ? open(path, O_RDWR) : -1;

    if (fd < 0)
        return;
    void *memory = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED)
        return;
    struct plan *mine = memory;
    mine->calls = COUNT;
    for (int i = 0; i < COUNT; i++) {
        strcpy(mine->call[i].name, names[i]);
        mine->call[i].count = 0;
        if (strcmp(names[i], mine->target) == 0)
            target = i;
    }
    plan = mine;
}

/* Is it this call's turn? 0: no; an errno, or SHORT. */
static int turn(enum call call)
{
    if (!plan || (int)role != plan->role)
        return 0;
    unsigned count = atomic_fetch_add(&plan->call[call].count, 1) + 1;
    if ((int)call != target || count != plan->nth)
        return 0;
    plan->hit = 1;
    return plan->error;
}

static int fails(enum call call)
{
    int error = turn(call);

    if (!error)
        return 0;
    errno = error == SHORT ? EINTR : error;
    return 1;
}

#define REAL(type, name, ...)                                                                                          \
    static type (*real)(__VA_ARGS__);                                                                                  \
    if (!real)                                                                                                         \
        *(void **)&real = dlsym(RTLD_NEXT, #name);

#define WRAP(type, call, name, parameters, ...)                                                                        \
    type name parameters;                                                                                              \
    type name parameters                                                                                               \
    {                                                                                                                  \
        static type(*real) parameters;                                                                                 \
        if (!real)                                                                                                     \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                                                 \
        return fails(CALL_##call) ? (type)-1 : real(__VA_ARGS__);                                                      \
    }

/* ---- Files ---- */

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        REAL(int, name, const char *, int, ...)                                                                        \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return fails(CALL_openat) ? -1 : real(path, flags, mode);                                                      \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...)                                                             \
    {                                                                                                                  \
        REAL(int, name, int, const char *, int, ...)                                                                   \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return fails(CALL_openat) ? -1 : real(folder, path, flags, mode);                                              \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t size)
{
    REAL(ssize_t, write, int, const void *, size_t)
    int error = turn(CALL_write);
    /* An eventfd takes its eight bytes or none. */
    if (error == SHORT)
        return real(fd, data, size > 8 ? size / 2 : size);
    if (error) {
        errno = error;
        return -1;
    }
    return real(fd, data, size);
}

WRAP(ssize_t, read, read, (int fd, void *data, size_t size), fd, data, size)
WRAP(ssize_t, read, __read_chk, (int fd, void *data, size_t size, size_t room), fd, data, size, room)
WRAP(ssize_t, readv, readv, (int fd, const struct iovec *parts, int count), fd, parts, count)
WRAP(ssize_t, writev, writev, (int fd, const struct iovec *parts, int count), fd, parts, count)
WRAP(int, close, close, (int fd), fd)
WRAP(int, dup2, dup2, (int from, int to), from, to)
WRAP(int, pipe2, pipe, (int ends[2]), ends)
WRAP(int, pipe2, pipe2, (int ends[2], int flags), ends, flags)
WRAP(int, eventfd2, eventfd, (unsigned count, int flags), count, flags)
WRAP(int, flock, flock, (int fd, int operation), fd, operation)
WRAP(int, ftruncate, ftruncate, (int fd, off_t size), fd, size)
WRAP(int, unlink, unlink, (const char *path), path)
WRAP(int, unlinkat, unlinkat, (int folder, const char *path, int flags), folder, path, flags)
WRAP(int, unlinkat, rmdir, (const char *path), path)
WRAP(int, mkdirat, mkdir, (const char *path, mode_t mode), path, mode)
WRAP(int, mkdirat, mkdirat, (int folder, const char *path, mode_t mode), folder, path, mode)
WRAP(int, newfstatat, fstat, (int fd, struct stat *status), fd, status)
WRAP(int, newfstatat, lstat, (const char *path, struct stat *status), path, status)
WRAP(int, newfstatat, stat, (const char *path, struct stat *status), path, status)
WRAP(int, newfstatat, fstatat, (int folder, const char *path, struct stat *status, int flags), folder, path, status, flags)
WRAP(ssize_t, readlink, readlink, (const char *path, char *text, size_t size), path, text, size)
WRAP(int, faccessat2, faccessat, (int folder, const char *path, int mode, int flags), folder, path, mode, flags)

struct dirent *readdir(void *folder);
struct dirent *readdir(void *folder)
{
    REAL(struct dirent *, readdir, void *)
    return fails(CALL_getdents64) ? NULL : real(folder);
}

#define ONE_MORE(call, name, type)                                                                                     \
    int name(int fd, type request, ...)                                                                                \
    {                                                                                                                  \
        REAL(int, name, int, type, ...)                                                                                \
        va_list rest;                                                                                                  \
        va_start(rest, request);                                                                                       \
        void *argument = va_arg(rest, void *);                                                                         \
        va_end(rest);                                                                                                  \
        return fails(CALL_##call) ? -1 : real(fd, request, argument);                                                  \
    }
int fcntl64(int fd, int request, ...);
ONE_MORE(ioctl, ioctl, unsigned long)
ONE_MORE(fcntl, fcntl, int)
ONE_MORE(fcntl, fcntl64, int)

/* ---- Sockets ---- */

WRAP(int, socket, socket, (int family, int type, int protocol), family, type, protocol)
WRAP(int, bind, bind, (int fd, const struct sockaddr *address, socklen_t size), fd, address, size)
WRAP(int, listen, listen, (int fd, int backlog), fd, backlog)
WRAP(int, connect, connect, (int fd, const struct sockaddr *address, socklen_t size), fd, address, size)
WRAP(int, accept, accept, (int fd, struct sockaddr *address, socklen_t *size), fd, address, size)
WRAP(int, getsockopt, getsockopt, (int fd, int level, int name, void *value, socklen_t *size), fd, level, name, value, size)
WRAP(int, setsockopt, setsockopt, (int fd, int level, int name, const void *value, socklen_t size), fd, level, name, value,
     size)
WRAP(int, getsockname, getsockname, (int fd, struct sockaddr *address, socklen_t *size), fd, address, size)
WRAP(int, getpeername, getpeername, (int fd, struct sockaddr *address, socklen_t *size), fd, address, size)
WRAP(ssize_t, recvmsg, recvmsg, (int fd, struct msghdr *message, int flags), fd, message, flags)
WRAP(ssize_t, sendmsg, sendmsg, (int fd, const struct msghdr *message, int flags), fd, message, flags)
WRAP(int, recvmmsg, recvmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *limit), fd,
     messages, count, flags, limit)
WRAP(ssize_t, recvfrom, recv, (int fd, void *data, size_t size, int flags), fd, data, size, flags)
WRAP(ssize_t, recvfrom, __recv_chk, (int fd, void *data, size_t size, size_t room, int flags), fd, data, size, room, flags)
WRAP(ssize_t, recvfrom, recvfrom,
     (int fd, void *data, size_t size, int flags, struct sockaddr *address, socklen_t *length), fd, data, size, flags,
     address, length)
WRAP(ssize_t, sendto, send, (int fd, const void *data, size_t size, int flags), fd, data, size, flags)
WRAP(ssize_t, sendto, sendto,
     (int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length), fd, data, size,
     flags, address, length)
WRAP(int, poll, poll, (struct pollfd *fds, nfds_t count, int limit), fds, count, limit)
WRAP(int, poll, __poll_chk, (struct pollfd *fds, nfds_t count, int limit, size_t room), fds, count, limit, room)

WRAP(int, pselect6, select, (int count, fd_set *in, fd_set *out, fd_set *wrong, struct timeval *limit), count, in, out,
     wrong, limit)

/* Fewer than asked went. */
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    REAL(int, sendmmsg, int, struct mmsghdr *, unsigned, int)
    int error = turn(CALL_sendmmsg);
    if (error == SHORT)
        return real(fd, messages, 1, flags);
    if (error) {
        errno = error;
        return -1;
    }
    return real(fd, messages, count, flags);
}

/* ---- Processes, memory, privileges ---- */

pid_t fork(void)
{
    static pid_t (*real)(void);
    static int forks;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fork");
    if (fails(CALL_clone))
        return -1;
    bool first = role == HELPER && forks++ == 0;
    pid_t pid = real();
    if (pid == 0)
        role = first ? KEEPER : CHILD;
    return pid;
}

WRAP(int, chdir, chdir, (const char *path), path)
WRAP(int, execve, execve, (const char *path, char *const arguments[], char *const environment[]), path, arguments,
     environment)
WRAP(int, setgroups, setgroups, (size_t count, const gid_t *groups), count, groups)
WRAP(int, setresuid, setresuid, (uid_t r, uid_t e, uid_t s), r, e, s)
WRAP(int, setresgid, setresgid, (gid_t r, gid_t e, gid_t s), r, e, s)
WRAP(int, setresuid, seteuid, (uid_t id), id)
WRAP(int, setresgid, setegid, (gid_t id), id)
WRAP(int, capset, capset, (void *header, const void *data), header, data)
WRAP(int, prlimit64, setrlimit, (__rlimit_resource_t resource, const struct rlimit *limit), resource, limit)
WRAP(int, clock_nanosleep, nanosleep, (const struct timespec *time, struct timespec *left), time, left)
WRAP(pid_t, wait4, waitpid, (pid_t pid, int *status, int flags), pid, status, flags)
WRAP(void *, mmap, mmap, (void *at, size_t size, int access, int flags, int fd, off_t offset), at, size, access, flags, fd,
     offset)
WRAP(void *, mmap, mmap64, (void *at, size_t size, int access, int flags, int fd, off_t offset), at, size, access, flags,
     fd, offset)

int prctl(int operation, ...)
{
    REAL(int, prctl, int, ...)
    unsigned long values[4];
    va_list rest;

    va_start(rest, operation);
    for (int i = 0; i < 4; i++)
        values[i] = va_arg(rest, unsigned long);
    va_end(rest);
    return fails(CALL_prctl) ? -1 : real(operation, values[0], values[1], values[2], values[3]);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument)
{
    REAL(int, pthread_create, pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)
    return fails(CALL_clone3) ? errno : real(thread, attributes, body, argument);
}

static int call_of(long number)
{
    switch (number) {
    case SYS_landlock_create_ruleset:
        return CALL_landlock_create_ruleset;
    case SYS_landlock_add_rule:
        return CALL_landlock_add_rule;
    case SYS_landlock_restrict_self:
        return CALL_landlock_restrict_self;
    case SYS_seccomp:
        return CALL_seccomp;
    case SYS_close_range:
        return CALL_close_range;
    case SYS_pidfd_open:
        return CALL_pidfd_open;
    case SYS_pidfd_send_signal:
        return CALL_pidfd_send_signal;
    default:
        return -1;
    }
}

long syscall(long number, ...)
{
    REAL(long, syscall, long, ...)
    long values[6];
    int call = call_of(number);
    va_list rest;

    va_start(rest, number);
    for (int i = 0; i < 6; i++)
        values[i] = va_arg(rest, long);
    va_end(rest);
    if (call >= 0 && fails((enum call)call))
        return -1;
    return real(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}
