/* The forwarder gives up its privileges before the first frame, and may be killed at any moment:
 * it cannot clean up. So another process keeps the right to, and nothing else.
 *
 * It is forked before the network is joined, in a session of its own, and holds one end of a pipe
 * of which only the forwarder has the other. When the forwarder is gone, also by SIGKILL, the pipe
 * ends; the keeper leaves the network and ends. Until then it only watches the host's routes: a
 * laptop changes from cable to wireless, and the answers to its guests come in by another interface.
 * There is nothing to attack: no descriptor of the caller's, no frame, no option, and of what the
 * kernel says about routes only that there is something. Signals that end programs do not concern it.
 * Who kills it with SIGKILL leaves the network to the next start or --cleanup.
 *
 * Of root's capabilities it keeps CAP_NET_ADMIN alone, and a sandbox of its own (sandbox.h). Two things
 * would need more: to end dnsmasq, which is another user's, and to connect to the database of an Open
 * vSwitch, which may be. For them that user's id is its effective one (credentials(7)): kill(2) looks at
 * the sender's effective id, and files at the id of setfsuid(2), which stays root's. In the other direction
 * only the real and the saved id count, and these are root's: that user cannot end the keeper. */
#include "helper/keeper.h"
#include "common/descriptors.h"
#include "common/log.h"
#include "helper/network/dnsmasq.h"
#include "helper/network/ovsdb.h"
#include "helper/network/state.h"
#include "helper/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STOP_MS = 5000, PAUSE_MS = 500, LEAVE_ATTEMPTS = 20, LEAVE_PAUSE_MS = 100 };

static void ignore_signals(void)
{
    static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP};
    sigset_t none;

    for (unsigned i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    /* The children that it starts must be its to wait for. */
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 3: the forwarder's pipe; 4: the write end that tells of our end. Whoever reads the helper's
 * output to its end must not wait for us. */
static bool place_descriptors(int forwarder, int ended)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || (forwarder = fcntl(forwarder, F_DUPFD, 8)) < 0 || (ended = fcntl(ended, F_DUPFD, 8)) < 0)
        return false;
    for (int fd = 0; fd < 3; fd++)
        if (dup2(null, fd) < 0)
            return false;
    if (dup2(forwarder, 3) < 0 || dup2(ended, 4) < 0)
        return false;
    fcntl(3, F_SETFD, FD_CLOEXEC);
    fcntl(4, F_SETFD, FD_CLOEXEC);
    descriptors_close_from(5);
    return true;
}

/* Whose id the keeper needs at the end, besides root's. */
static uid_t other_user(const struct network *network)
{
    return network->mode == MODE_BRIDGED ? ovsdb_owner() : dnsmasq_uid();
}

static bool can_change_user(void)
{
    capng_get_caps_process();
    return capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID);
}

/* Root in a container that may not change ids has no dnsmasq of another user either. */
static bool take_id(uid_t other)
{
    if (geteuid() != 0 || !can_change_user())
        return true;
    if (setresuid(0, other, 0) < 0)
        return false;
    setfsuid(0);
    return true;
}

static bool drop_privileges(uid_t other)
{
    if (setgroups(0, NULL) < 0 && errno != EPERM)
        return false;
    capng_clear(CAPNG_SELECT_BOTH);
    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
    /* The bounding set while that is allowed; the others when the change of ids has been at them. */
    if (capng_apply(CAPNG_SELECT_BOUNDS) < 0 || !take_id(other))
        return false;
    capng_clear(CAPNG_SELECT_BOTH);
    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
    if (capng_apply(CAPNG_SELECT_CAPS) < 0)
        return false;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           sandbox_enter_keeper(STATE_ROOT) == 0;
}

/* A socket that is readable after a route has changed; -1 if there is none to be had. */
static int watch_routes(void)
{
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&groups, sizeof(groups)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Nothing is sent through the pipe: it is readable when it has ended. */
static bool has_ended(int pipe, int timeout_ms)
{
    struct pollfd end = {.fd = pipe, .events = POLLIN};
    return poll(&end, 1, timeout_ms) > 0;
}

/* Where routes change all the time, they are looked at twice a second. ENOBUFS: more happened than
 * the socket could hold, which is as good. */
static void wait_for_end(int pipe, const struct network *network)
{
    struct pollfd waits[2] = {{.fd = pipe, .events = POLLIN}, {.fd = watch_routes(), .events = POLLIN}};
    char messages[8192];

    for (;;) {
        if (poll(waits, 2, -1) < 0)
            continue;
        if (waits[0].revents || has_ended(pipe, PAUSE_MS))
            return;
        while (recv(waits[1].fd, messages, sizeof(messages), 0) > 0 || errno == ENOBUFS)
            ;
        network_refresh(network);
    }
}

/* The system may be short of something for a moment: nobody comes after us. */
static int leave(const struct network *network, const char *tap)
{
    const struct timespec pause = {.tv_nsec = LEAVE_PAUSE_MS * 1000000};
    struct network leaving = *network;

    for (int attempt = 0; attempt < LEAVE_ATTEMPTS; attempt++) {
        if (network_leave(&leaving, tap) == 0)
            return 0;
        nanosleep(&pause, NULL);
    }
    return 1;
}

/* Tell the forwarder that its network will be left, whatever comes. */
static bool say_ready(int ended)
{
    ssize_t written;

    while ((written = write(ended, "", 1)) < 0 && errno == EINTR)
        ;
    return written == 1;
}

static void keep(const struct network *network, const char *tap, int forwarder, int ended)
{
    uid_t other = other_user(network);

    setsid();
    prctl(PR_SET_NAME, "vmnet-keeper", 0, 0, 0);
    ignore_signals();
    umask(022);
    if (!place_descriptors(forwarder, ended) || chdir("/") < 0 || !drop_privileges(other) || !say_ready(4))
        _exit(1);
    wait_for_end(3, network);
    _exit(leave(network, tap));
}

static bool is_ready(int ended)
{
    ssize_t count;
    char byte;

    while ((count = read(ended, &byte, 1)) < 0 && errno == EINTR)
        ;
    return count == 1;
}

int keeper_start(struct keeper *keeper, const struct network *network, const char *tap)
{
    int forwarder[2], ended[2];

    if (pipe2(forwarder, O_CLOEXEC) < 0 || pipe2(ended, O_CLOEXEC) < 0) {
        log_error("interface", "cannot make a pipe: %s", strerror(errno));
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(forwarder[1]);
        close(ended[0]);
        keep(network, tap, forwarder[0], ended[1]);
    }
    close(forwarder[0]);
    close(ended[1]);
    keeper->forwarder = forwarder[1];
    keeper->ended = ended[0];
    if (pid < 0)
        log_error("interface", "cannot start the process that cleans up: %s", strerror(errno));
    else if (is_ready(ended[0]))
        return 0;
    else
        log_error("interface", "the process that cleans up cannot give up its privileges: is the system out of memory or "
                  "descriptors?");
    keeper_stop(keeper);
    return -1;
}

void keeper_stop(struct keeper *keeper)
{
    struct pollfd ended = {.fd = keeper->ended};

    close(keeper->forwarder);
    while (poll(&ended, 1, STOP_MS) < 0 && errno == EINTR)
        ;
    close(keeper->ended);
}
