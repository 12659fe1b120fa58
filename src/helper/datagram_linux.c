#include "helper/datagram.h"

#include <string.h>
#include <sys/socket.h>

/* On Linux the send buffer bounds the bytes in flight (on macOS the size of one datagram): 4 MiB are
 * about 3600 frames of 1514 bytes, the default 93. */
#define BUFFER_SIZE (4 * 1024 * 1024)

/* Messages of one system call. */
#define SEND_MAX 128

static void set_buffer(int fd, int forced, int normal)
{
    int size = BUFFER_SIZE;

    if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)) < 0)
        setsockopt(fd, SOL_SOCKET, normal, &size, sizeof(size));
}

void datagram_set_buffers(int fd)
{
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
}

int datagram_send(int fd, const struct segment *segments, unsigned count)
{
    struct mmsghdr messages[SEND_MAX];

    if (count > SEND_MAX)
        count = SEND_MAX;
    memset(messages, 0, count * sizeof(messages[0]));
    for (unsigned i = 0; i < count; i++) {
        messages[i].msg_hdr.msg_iov = (struct iovec *)segments[i].iov;
        messages[i].msg_hdr.msg_iovlen = segments[i].iov[1].iov_len ? 2 : 1;
    }
    return sendmmsg(fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int datagram_receive(int fd, struct batch *batch)
{
    struct mmsghdr messages[BATCH_MAX];
    struct iovec parts[BATCH_MAX];

    memset(messages, 0, sizeof(messages));
    for (unsigned i = 0; i < BATCH_MAX; i++) {
        parts[i] = (struct iovec){batch->frames[i].data, FRAME_MAX};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(fd, messages, BATCH_MAX, MSG_DONTWAIT, NULL);
    batch->count = count < 0 ? 0 : (unsigned)count;
    for (unsigned i = 0; i < batch->count; i++) {
        bool cut = messages[i].msg_hdr.msg_flags & MSG_TRUNC;
        batch->frames[i].length = cut ? DATAGRAM_TOO_LONG : messages[i].msg_len;
    }
    return count;
}
