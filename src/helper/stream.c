#include "helper/stream.h"
#include "common/log.h"
#include "helper/offload_fields.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum {
    LENGTH_SIZE = 4,
    ROOM = 256 * 1024, /* bytes of one read: a burst of frames, or four of the largest */
    SEND_MAX = 128,    /* frames of one system call; 3 parts each are fewer than IOV_MAX */
};

struct stream {
    uint8_t *in;         /* ROOM bytes */
    size_t start, end;   /* what has come and was not taken yet */
    uint8_t *rest;       /* the end of a frame that went in part */
    size_t rest_start, rest_end;
};

struct stream *stream_create(void)
{
    struct stream *stream = calloc(1, sizeof(*stream));
    size_t size = ROOM + LENGTH_SIZE + FRAME_MAX;

    if (!stream)
        return NULL;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) {
        free(stream);
        return NULL;
    }
    stream->in = memory;
    stream->rest = stream->in + ROOM;
    return stream;
}

void stream_destroy(struct stream *stream)
{
    munmap(stream->in, ROOM + LENGTH_SIZE + FRAME_MAX);
    free(stream);
}

void stream_begin(struct stream *stream)
{
    stream->start = stream->end = stream->rest_start = stream->rest_end = 0;
}

/* ---- Receiving ---- */

/* Take the whole frames that are there. Returns their count, or -1 with EPROTO if the first of what is
 * there has a bad length: good frames before it are for the caller first. */
static int take_frames(struct stream *stream, struct batch *batch)
{
    batch->count = 0;
    while (batch->count < BATCH_MAX && stream->end - stream->start >= LENGTH_SIZE) {
        uint32_t length = get32(stream->in + stream->start);
        if (length == 0 || length > FRAME_MAX) {
            if (batch->count)
                break;
            log_error("main", "the client sent a frame length of %lu: 1 to %d are possible: is it a client for "
                      "--framing stream?", (unsigned long)length, FRAME_MAX);
            errno = EPROTO;
            return -1;
        }
        if (stream->end - stream->start - LENGTH_SIZE < length)
            break;
        batch->frames[batch->count].data = stream->in + stream->start + LENGTH_SIZE;
        batch->frames[batch->count++].length = length;
        stream->start += LENGTH_SIZE + length;
    }
    return (int)batch->count;
}

/* The part of a frame that is left goes to the front: then there is room for all of it. */
static void make_room(struct stream *stream)
{
    memmove(stream->in, stream->in + stream->start, stream->end - stream->start);
    stream->end -= stream->start;
    stream->start = 0;
}

int stream_receive(struct channel *channel, struct batch *batch)
{
    struct stream *stream = channel->stream;
    int count = take_frames(stream, batch);

    if (count != 0)
        return count;
    make_room(stream);
    ssize_t length = recv(channel->fd, stream->in + stream->end, ROOM - stream->end, MSG_DONTWAIT);
    if (length == 0)
        errno = ECONNRESET;
    if (length <= 0)
        return -1;
    stream->end += (size_t)length;
    return take_frames(stream, batch);
}

/* ---- Sending ---- */

/* SIGPIPE is ignored by all who send. */
static ssize_t send_parts(int fd, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (int)count};

    return sendmsg(fd, &message, MSG_DONTWAIT);
}

/* Returns 0 when nothing is left, or -1 with errno. */
static int send_rest(struct channel *channel)
{
    struct stream *stream = channel->stream;

    while (stream->rest_start < stream->rest_end) {
        struct iovec part = {stream->rest + stream->rest_start, stream->rest_end - stream->rest_start};
        ssize_t sent = send_parts(channel->fd, &part, 1);
        if (sent < 0)
            return -1;
        stream->rest_start += (size_t)sent;
    }
    channel->unfinished = false;
    return 0;
}

/* Keep what follows the first sent bytes of a frame. */
static void keep_rest(struct channel *channel, const struct iovec parts[3], size_t sent)
{
    struct stream *stream = channel->stream;

    stream->rest_start = stream->rest_end = 0;
    for (int i = 0; i < 3; i++) {
        size_t skipped = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        size_t left = parts[i].iov_len - skipped;
        memcpy(stream->rest + stream->rest_end, (const uint8_t *)parts[i].iov_base + skipped, left);
        stream->rest_end += left;
        sent -= skipped;
    }
    channel->unfinished = true;
}

/* How many frames have begun to go with the first sent bytes; what is missing of the last is kept. */
static int count_sent(struct channel *channel, const struct iovec *parts, unsigned count, size_t sent)
{
    unsigned done = 0;

    while (done < count && sent > 0) {
        const struct iovec *frame = &parts[3 * done++];
        size_t length = frame[0].iov_len + frame[1].iov_len + frame[2].iov_len;
        if (sent < length)
            keep_rest(channel, frame, sent);
        sent -= sent < length ? sent : length;
    }
    return (int)done;
}

int stream_send(struct channel *channel, const struct segment *segments, unsigned count)
{
    struct iovec parts[3 * SEND_MAX];
    uint8_t lengths[SEND_MAX][LENGTH_SIZE];

    if (send_rest(channel) < 0)
        return -1;
    if (count > SEND_MAX)
        count = SEND_MAX;
    for (unsigned i = 0; i < count; i++) {
        const struct iovec *frame = segments[i].iov;
        put32(lengths[i], (uint32_t)(frame[0].iov_len + frame[1].iov_len));
        parts[3 * i] = (struct iovec){lengths[i], LENGTH_SIZE};
        parts[3 * i + 1] = frame[0];
        parts[3 * i + 2] = frame[1].iov_len ? frame[1] : (struct iovec){lengths[i], 0};
    }
    if (count == 0)
        return 0;
    ssize_t sent = send_parts(channel->fd, parts, 3 * (size_t)count);
    return sent < 0 ? -1 : count_sent(channel, parts, count, (size_t)sent);
}
