/* Unix datagram sockets as Darwin has them, on Linux's: linked with --wrap for the calls here.
 *
 *   - a full peer is ENOBUFS, and poll() calls the socket writable all the same
 *   - a datagram larger than SO_SNDBUF, or a batch whose sum is, is EMSGSIZE
 *   - a closed peer makes the socket readable; what is read then is empty; getpeername() fails
 *   - a connection cannot be dissolved by connect(): nobody knows whether it works there once the peer is gone
 *   - sun_path has 104 bytes
 *   - sendmsg_x and recvmsg_x */
#include "fake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Linux knows who the peer of a datagram socket is, and the helper's Linux side how to ask. */
#define peer_open fake_peer_open
#define peer_check fake_peer_check
#define peer_close fake_peer_close
#include "../../../src/helper/peer_linux.c"

ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __real_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);
ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);
int __real_getpeername(int fd, struct sockaddr *address, socklen_t *size);
int __wrap_getpeername(int fd, struct sockaddr *address, socklen_t *size);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __real_poll(struct pollfd *polled, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout);
int __real_setsockopt(int fd, int level, int option, const void *value, socklen_t size);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t size);

/* XNU's layout. */
struct msghdr_x {
    void *msg_name;
    socklen_t msg_namelen;
    struct iovec *msg_iov;
    int msg_iovlen;
    void *msg_control;
    socklen_t msg_controllen;
    int msg_flags;
    size_t msg_datalen;
};

ssize_t sendmsg_x(int fd, const struct msghdr_x *messages, unsigned count, int flags);
ssize_t recvmsg_x(int fd, const struct msghdr_x *messages, unsigned count, int flags);

static bool is_unix_datagram(int fd)
{
    int value;
    socklen_t size = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size) == 0 && value == SOCK_DGRAM &&
           getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &size) == 0 && value == AF_UNIX;
}

static bool is_gone(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);
    struct peer peer;

    if (!is_unix_datagram(fd) || __real_getpeername(fd, (struct sockaddr *)&address, &size) < 0)
        return false;
    fake_peer_open(&peer, fd);
    enum peer_state state = fake_peer_check(&peer);
    fake_peer_close(&peer);
    return state == PEER_GONE;
}

int __wrap_getpeername(int fd, struct sockaddr *address, socklen_t *size)
{
    if (is_gone(fd)) {
        errno = ENOTCONN;
        return -1;
    }
    return __real_getpeername(fd, address, size);
}

/* Stream sockets only. */
int getpeereid(int fd, uid_t *uid, gid_t *gid)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (is_unix_datagram(fd)) {
        errno = EINVAL;
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -1;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    const struct sockaddr_un *local = (const struct sockaddr_un *)address;

    if (address->sa_family == AF_UNIX && strnlen(local->sun_path, sizeof(local->sun_path)) > 104) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return __real_bind(fd, address, size);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    if (address->sa_family == AF_UNSPEC)
        fake_abort("connect: to nobody");
    return __real_connect(fd, address, size);
}

/* The queue of a socketpair is the receiver's SO_RCVBUF there and the sender's SO_SNDBUF here: let it
 * hold much, and remember what one datagram may have. */
static int datagram_limit[1024];

int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    if (level == SOL_SOCKET && option == SO_SNDBUF && is_unix_datagram(fd) && fd < 1024) {
        int queue = 4 * 1024 * 1024;
        memcpy(&datagram_limit[fd], value, sizeof(int));
        return __real_setsockopt(fd, level, SO_SNDBUFFORCE, &queue, sizeof(queue)) == 0 ? 0 :
               __real_setsockopt(fd, level, SO_SNDBUF, &queue, sizeof(queue));
    }
    return __real_setsockopt(fd, level, option, value, size);
}

static size_t limit_of(int fd)
{
    return fd < 1024 && datagram_limit[fd] ? (size_t)datagram_limit[fd] : 2048; /* Darwin's default */
}

/* ---- Sending ---- */

static ssize_t translated(ssize_t result)
{
    if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        errno = ENOBUFS;
    else if (result < 0 && errno == ECONNREFUSED)
        errno = ENOTCONN;
    return result;
}

static size_t size_of(const struct iovec *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += parts[i].iov_len;
    return size;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (!is_unix_datagram(fd))
        return __real_sendmsg(fd, message, flags);
    if (size_of(message->msg_iov, message->msg_iovlen) > limit_of(fd)) {
        errno = EMSGSIZE;
        return -1;
    }
    return translated(__real_sendmsg(fd, message, flags | MSG_NOSIGNAL));
}

static void check(const struct msghdr_x *messages, unsigned count, int flags, const char *who)
{
    if (flags != MSG_DONTWAIT)
        fake_abort("%s: flags %#x", who, flags);
    if (count == 0 || count > 100)
        fake_abort("%s: %u messages", who, count);
    for (unsigned i = 0; i < count; i++)
        if (messages[i].msg_name || messages[i].msg_namelen || messages[i].msg_control || messages[i].msg_controllen ||
            messages[i].msg_flags || messages[i].msg_iovlen < 1)
            fake_abort("%s: a field of message %u is set that must not be", who, i);
}

static void translate_in(struct mmsghdr *translated_messages, const struct msghdr_x *messages, unsigned count)
{
    memset(translated_messages, 0, count * sizeof(*translated_messages));
    for (unsigned i = 0; i < count; i++) {
        translated_messages[i].msg_hdr.msg_iov = messages[i].msg_iov;
        translated_messages[i].msg_hdr.msg_iovlen = (size_t)messages[i].msg_iovlen;
    }
}

ssize_t sendmsg_x(int fd, const struct msghdr_x *messages, unsigned count, int flags)
{
    struct mmsghdr list[100];
    size_t sum = 0;
    int failure = atoi(fake_setting("FAKE_SENDMSG_X"));

    check(messages, count, flags, "sendmsg_x");
    for (unsigned i = 0; i < count; i++)
        sum += size_of(messages[i].msg_iov, (size_t)messages[i].msg_iovlen);
    if (failure || sum > limit_of(fd)) {
        errno = failure ? failure : EMSGSIZE;
        return -1;
    }
    translate_in(list, messages, count);
    return translated(sendmmsg(fd, list, count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/* ---- Receiving ---- */

/* Nothing is there: is there nobody either? */
static ssize_t empty_if_gone(int fd, ssize_t result)
{
    if (result >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != ECONNRESET))
        return result;
    int error = errno;
    if (is_gone(fd))
        return 0;
    errno = error;
    return -1;
}

ssize_t __wrap_recv(int fd, void *data, size_t size, int flags)
{
    return empty_if_gone(fd, __real_recv(fd, data, size, flags));
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    return empty_if_gone(fd, __real_recvmsg(fd, message, flags));
}

ssize_t recvmsg_x(int fd, const struct msghdr_x *messages, unsigned count, int flags)
{
    struct mmsghdr list[100];
    /* const in the declaration, and written all the same. */
    struct msghdr_x *filled = (struct msghdr_x *)messages;
    int failure = atoi(fake_setting("FAKE_RECVMSG_X"));

    check(messages, count, flags, "recvmsg_x");
    if (failure) {
        errno = failure;
        return -1;
    }
    translate_in(list, messages, count);
    ssize_t received = empty_if_gone(fd, recvmmsg(fd, list, count, MSG_DONTWAIT, NULL));
    if (received == 0) {
        filled[0].msg_datalen = 0;
        return 1;
    }
    for (ssize_t i = 0; i < received; i++) {
        filled[i].msg_flags = list[i].msg_hdr.msg_flags & MSG_TRUNC;
        filled[i].msg_datalen = list[i].msg_len;
    }
    return received;
}

/* ---- Waiting ---- */

/* One look: Darwin's answers added to Linux's. */
static int look(struct pollfd *polled, nfds_t count, int timeout)
{
    int ready = __real_poll(polled, count, timeout);

    for (nfds_t i = 0; ready >= 0 && i < count; i++) {
        short before = polled[i].revents;
        if (polled[i].fd < 0 || !is_unix_datagram(polled[i].fd))
            continue;
        if (is_gone(polled[i].fd))
            polled[i].revents |= POLLHUP | (polled[i].events & POLLIN);
        polled[i].revents |= polled[i].events & POLLOUT;
        ready += !before && polled[i].revents;
    }
    return ready;
}

int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout)
{
    const int slice = 50;
    int ready = look(polled, count, 0);

    /* Linux does not wake who waits when the peer goes: look again and again. */
    while (ready == 0 && timeout != 0) {
        int wait = timeout < 0 || timeout > slice ? slice : timeout;
        ready = look(polled, count, wait);
        if (timeout > 0)
            timeout -= wait;
    }
    return ready;
}
