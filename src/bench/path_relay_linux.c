#include "bench/path_relay.h"
#include "common/file.h"
#include "common/log.h"
#include "common/parent_death.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BATCH = 64, ROOM = 65568, ETHERNET = 14, SEGMENT_FRAME = 1514, LENGTH = 4 };

struct relay {
    int tap, socket;
    bool header;
};

struct relay_buffers {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct virtio_net_hdr header;
    uint8_t frames[BATCH][ROOM];
};

static bool is_moment(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOBUFS;
}

static void wait_for(int fd, short events)
{
    struct pollfd wait = {.fd = fd, .events = events};
    poll(&wait, 1, 1000);
}

static struct relay_buffers *new_buffers(void)
{
    struct relay_buffers *buffers = calloc(1, sizeof(*buffers));
    if (!buffers)
        _exit(1);
    for (int i = 0; i < BATCH; i++) {
        buffers->parts[i].iov_base = buffers->frames[i];
        buffers->messages[i].msg_hdr.msg_iov = &buffers->parts[i];
        buffers->messages[i].msg_hdr.msg_iovlen = 1;
    }
    return buffers;
}

/* What the TAP has, at most a batch. */
static unsigned read_frames(const struct relay *relay, struct relay_buffers *buffers)
{
    unsigned count = 0;

    while (count < BATCH) {
        struct iovec parts[2] = {{&buffers->header, sizeof(buffers->header)}, {buffers->frames[count], ROOM}};
        ssize_t length = relay->header ? readv(relay->tap, parts, 2) : read(relay->tap, buffers->frames[count], ROOM);
        if (relay->header)
            length -= (ssize_t)sizeof(buffers->header);
        if (length <= 0)
            break;
        buffers->parts[count++].iov_len = (size_t)length;
    }
    return count;
}

static void *vm_to_host(void *argument)
{
    const struct relay *relay = argument;
    struct relay_buffers *buffers = new_buffers();

    for (;;) {
        unsigned count = read_frames(relay, buffers), sent = 0;
        if (!count)
            wait_for(relay->tap, POLLIN);
        while (sent < count) {
            int done = sendmmsg(relay->socket, buffers->messages + sent, count - sent, MSG_DONTWAIT);
            if (done > 0)
                sent += (unsigned)done;
            else if (is_moment(errno))
                wait_for(relay->socket, POLLOUT);
            else
                sent++; /* refused: the helper is about to end */
        }
    }
    return NULL;
}

/* How a virtio_net card hands over a TCP super-frame: with the size of its pieces, the checksum known
 * to be right. */
static void describe_frame(struct virtio_net_hdr *header, const uint8_t *frame, size_t length)
{
    memset(header, 0, sizeof(*header));
    header->flags = VIRTIO_NET_HDR_F_DATA_VALID;
    if (length <= SEGMENT_FRAME || frame[12] != 0x08 || frame[13] != 0x00 || frame[ETHERNET + 9] != 6)
        return;
    size_t ip = (size_t)(frame[ETHERNET] & 15) * 4, tcp = (size_t)(frame[ETHERNET + ip + 12] >> 4) * 4;
    header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    header->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    header->hdr_len = (uint16_t)(ETHERNET + ip + tcp);
    header->gso_size = (uint16_t)(1500 - ip - tcp);
    header->csum_start = (uint16_t)(ETHERNET + ip);
    header->csum_offset = 16;
}

static void *host_to_vm(void *argument)
{
    const struct relay *relay = argument;
    struct relay_buffers *buffers = new_buffers();

    for (;;) {
        for (int i = 0; i < BATCH; i++)
            buffers->parts[i].iov_len = ROOM;
        int count = recvmmsg(relay->socket, buffers->messages, BATCH, MSG_WAITFORONE, NULL);
        if (count < 0)
            wait_for(relay->socket, POLLIN);
        for (int i = 0; i < count; i++) {
            size_t length = buffers->messages[i].msg_len;
            struct iovec parts[2] = {{&buffers->header, sizeof(buffers->header)}, {buffers->frames[i], length}};
            ssize_t written;
            if (relay->header) {
                describe_frame(&buffers->header, buffers->frames[i], length);
                written = writev(relay->tap, parts, 2);
            } else {
                written = write(relay->tap, buffers->frames[i], length);
            }
            (void)written;
        }
    }
    return NULL;
}

/* All frames that the TAP has, at most a batch, in one write. */
static void *stream_to_host(void *argument)
{
    const struct relay *relay = argument;
    uint8_t *buffer = malloc((size_t)BATCH * (ROOM + LENGTH));

    while (buffer) {
        size_t used = 0;
        for (int i = 0; i < BATCH; i++) {
            ssize_t length = read(relay->tap, buffer + used + LENGTH, ROOM);
            if (length <= 0)
                break;
            uint32_t prefix = htonl((uint32_t)length);
            memcpy(buffer + used, &prefix, LENGTH);
            used += LENGTH + (size_t)length;
        }
        if (!used)
            wait_for(relay->tap, POLLIN);
        else if (file_write_all(relay->socket, buffer, used) < 0)
            break;
    }
    return NULL;
}

static void *stream_to_vm(void *argument)
{
    enum { BUFFER = 1 << 20 };
    const struct relay *relay = argument;
    uint8_t *buffer = malloc(BUFFER);
    size_t used = 0;

    while (buffer) {
        ssize_t count = recv(relay->socket, buffer + used, BUFFER - used, 0);
        if (count <= 0 && !(count < 0 && errno == EINTR))
            break;
        used += count > 0 ? (size_t)count : 0;
        size_t at = 0;
        uint32_t length;
        while (used - at >= LENGTH) {
            memcpy(&length, buffer + at, LENGTH);
            length = ntohl(length);
            if (length > ROOM)
                return NULL; /* no frame: the stream is lost */
            if (used - at - LENGTH < length)
                break;
            ssize_t written = write(relay->tap, buffer + at + LENGTH, length);
            (void)written;
            at += LENGTH + length;
        }
        memmove(buffer, buffer + at, used - at);
        used -= at;
    }
    return NULL;
}

/* The reference: a frame, a system call. */
static void *cable_to_vm(void *argument)
{
    const struct relay *relay = argument;
    uint8_t *frame = malloc(ROOM);

    for (;;) {
        ssize_t length = read(relay->tap, frame, ROOM);
        if (length < 0) {
            wait_for(relay->tap, POLLIN);
            continue;
        }
        while (send(relay->socket, frame, (size_t)length, 0) < 0 && is_moment(errno))
            wait_for(relay->socket, POLLOUT);
    }
    return NULL;
}

static void *cable_to_host(void *argument)
{
    const struct relay *relay = argument;
    uint8_t *frame = malloc(ROOM);

    for (;;) {
        ssize_t length = recv(relay->socket, frame, ROOM, 0);
        if (length < 0)
            wait_for(relay->socket, POLLIN);
        else if (write(relay->tap, frame, (size_t)length) < 0)
            continue; /* dropped, as a full network card does */
    }
    return NULL;
}

/* In the child: two threads for ever. */
static void run_relay(struct relay *relay, void *(*one)(void *), void *(*other)(void *), pid_t parent)
{
    int size = 4 << 20;
    pthread_t thread;

    parent_death_signal(SIGKILL, parent);
    signal(SIGINT, SIG_IGN); /* of the terminal: the bench ends us when it is done */
    setsockopt(relay->socket, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    setsockopt(relay->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    if (pthread_create(&thread, NULL, one, relay) == 0)
        other(relay);
    _exit(1);
}

static pid_t start_relay(struct relay relay, void *(*one)(void *), void *(*other)(void *))
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0)
        run_relay(&relay, one, other, parent);
    if (pid < 0)
        log_error("bench", "cannot start a process: %s", strerror(errno));
    return pid;
}

pid_t path_peer_start(int tap, int socket, bool header)
{
    return start_relay((struct relay){tap, socket, header}, vm_to_host, host_to_vm);
}

pid_t path_stream_peer_start(int tap, int socket)
{
    return start_relay((struct relay){tap, socket, false}, stream_to_host, stream_to_vm);
}

pid_t path_cable_start(int tap, int socket)
{
    return start_relay((struct relay){tap, socket, false}, cable_to_vm, cable_to_host);
}
