/* The VM's end of the cable on macOS, in batches.
 *
 * sendmsg_x and recvmsg_x are system calls that libSystem exports and no header declares; XNU's
 * bsd/sys/socket_private.h has the structure. They move many datagrams a call, with rules of their own:
 *
 * - MSG_DONTWAIT is the only flag; address and control fields must be zero.
 * - sendmsg_x counts the bytes of the whole batch against SO_SNDBUF, which otherwise limits only the
 *   size of one datagram: over it nothing goes (EMSGSIZE).
 * - Both may do less than asked.
 * - A full peer gives ENOBUFS, not EAGAIN, and no event tells when it has room again: poll() says
 *   "writable" all the time. So the wait is here: a few naps, then the caller drops.
 *
 * Nobody promised that they stay: whatever they fail with that a single call does not know is answered
 * by single calls. */
#include "helper/datagram.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define SEND_BUFFER (2 * 65 * 1024)      /* bytes of one batch; one datagram has up to FRAME_MAX */
#define RECEIVE_BUFFER (4 * 1024 * 1024) /* the queue: a burst of TCP */

#define CALL_MAX 100 /* kern.ipc.maxsendmsgx is larger, its twin for receiving is this */

#define FULL_WAIT_US 50
#define FULL_RETRIES 5 /* the caller tries twice */

struct msghdr_x {
    void *msg_name;
    socklen_t msg_namelen;
    struct iovec *msg_iov;
    int msg_iovlen;
    void *msg_control;
    socklen_t msg_controllen;
    int msg_flags;
    size_t msg_datalen; /* received: bytes of the datagram */
};

ssize_t sendmsg_x(int fd, const struct msghdr_x *messages, unsigned count, int flags) __attribute__((weak));
ssize_t recvmsg_x(int fd, const struct msghdr_x *messages, unsigned count, int flags) __attribute__((weak));

void datagram_set_buffers(int fd)
{
    int send_size = SEND_BUFFER, receive_size = RECEIVE_BUFFER;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_size, sizeof(send_size));
    /* Over kern.ipc.maxsockbuf it fails instead of giving what is there. */
    while (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_size, sizeof(receive_size)) < 0 && receive_size > 256 * 1024)
        receive_size /= 2;
}

/* Errors that are the socket's and not the batched call's. */
static bool is_final(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case ENOBUFS:
    case ECONNRESET:
    case ECONNREFUSED:
    case ENOTCONN:
    case EPIPE:
        return true;
    default:
        return false;
    }
}

/* ---- Sending ---- */

static size_t length_of(const struct segment *segment)
{
    return segment->iov[0].iov_len + segment->iov[1].iov_len;
}

static int parts_of(const struct segment *segment)
{
    return segment->iov[1].iov_len ? 2 : 1;
}

/* How many of the segments one call may take. */
static unsigned fitting(const struct segment *segments, unsigned count)
{
    size_t bytes = 0;
    unsigned fit = 0;

    while (fit < count && fit < CALL_MAX && (bytes += length_of(&segments[fit])) <= SEND_BUFFER)
        fit++;
    return fit;
}

static int send_single(int fd, const struct segment *segment)
{
    struct msghdr message = {.msg_iov = (struct iovec *)segment->iov, .msg_iovlen = parts_of(segment)};

    return sendmsg(fd, &message, MSG_DONTWAIT) < 0 ? -1 : 1;
}

static int send_some(int fd, const struct segment *segments, unsigned count)
{
    struct msghdr_x messages[CALL_MAX];

    count = fitting(segments, count);
    if (count <= 1 || !sendmsg_x)
        return send_single(fd, segments);
    memset(messages, 0, count * sizeof(messages[0]));
    for (unsigned i = 0; i < count; i++) {
        messages[i].msg_iov = (struct iovec *)segments[i].iov;
        messages[i].msg_iovlen = parts_of(&segments[i]);
    }
    ssize_t sent = sendmsg_x(fd, messages, count, MSG_DONTWAIT);
    if (sent > 0)
        return (int)sent;
    if (sent < 0 && is_final(errno))
        return -1;
    return send_single(fd, segments);
}

int datagram_send(int fd, const struct segment *segments, unsigned count)
{
    int sent;

    for (int naps = 0; (sent = send_some(fd, segments, count)) < 0 && errno == ENOBUFS && naps < FULL_RETRIES; naps++)
        usleep(FULL_WAIT_US);
    return sent;
}

/* ---- Receiving ---- */

/* A closed peer reads as an empty datagram, for ever; but any process that has the other end may send
 * an empty one as well. Only after a close has the socket no peer. */
static bool peer_is_gone(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);

    return getpeername(fd, (struct sockaddr *)&address, &size) < 0;
}

static int receive_single(int fd, struct batch *batch)
{
    struct iovec part = {batch->frames[0].data, FRAME_MAX};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);

    if (length < 0)
        return -1;
    batch->frames[0].length = message.msg_flags & MSG_TRUNC ? DATAGRAM_TOO_LONG : (uint32_t)length;
    return 1;
}

static int receive_some(int fd, struct batch *batch)
{
    struct msghdr_x messages[BATCH_MAX];
    struct iovec parts[BATCH_MAX];

    if (!recvmsg_x)
        return receive_single(fd, batch);
    memset(messages, 0, sizeof(messages));
    for (unsigned i = 0; i < BATCH_MAX; i++) {
        parts[i] = (struct iovec){batch->frames[i].data, FRAME_MAX};
        messages[i].msg_iov = &parts[i];
        messages[i].msg_iovlen = 1;
    }
    ssize_t count = recvmsg_x(fd, messages, BATCH_MAX, MSG_DONTWAIT);
    if (count < 0 && is_final(errno))
        return -1;
    if (count <= 0)
        return receive_single(fd, batch);
    for (ssize_t i = 0; i < count; i++)
        batch->frames[i].length =
            messages[i].msg_flags & MSG_TRUNC ? DATAGRAM_TOO_LONG : (uint32_t)messages[i].msg_datalen;
    return (int)count;
}

int datagram_receive(int fd, struct batch *batch)
{
    int count = receive_some(fd, batch);

    batch->count = count < 0 ? 0 : (unsigned)count;
    if (count == 1 && batch->frames[0].length == 0 && peer_is_gone(fd)) {
        batch->count = 0;
        errno = ECONNRESET;
        return -1;
    }
    return count;
}
