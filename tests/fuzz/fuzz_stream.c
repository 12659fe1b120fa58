/* A VM's stream, in whatever pieces it comes: the frames must be those that a plain reader finds. And frames to it,
 * through a socket that takes them in whatever pieces: what arrives is what was sent.
 * The input: how many bytes come at once, what is sent to the VM (a byte), then the stream. */
#include "fuzz/input.h"
#include "helper/batch.h"
#include "helper/stream.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct channel channel;
static struct batch batch;
static struct frame own[BATCH_MAX];
static int ends[2];

static void create(void)
{
    int room = 4096;

    signal(SIGPIPE, SIG_IGN);
    must(batch_create(&batch) == 0 && channel_create(&channel, FRAMING_STREAM) == 0);
    memcpy(own, batch.frames, sizeof(own));
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

/* The next frame by the plain reader: its length, 0 for none yet, -1 for a wrong length. */
static long plain_next(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    unsigned long length = (unsigned long)data[0] << 24 | (unsigned long)data[1] << 16 | (unsigned long)data[2] << 8 |
                           data[3];
    if (length == 0 || length > FRAME_MAX)
        return -1;
    return length <= size - 4 ? (long)length : 0;
}

/* All that is there must be given; returns false when the client is given up. */
static bool receive_all(const uint8_t *stream, size_t come, size_t *taken)
{
    for (;;) {
        int count = channel_receive(&channel, &batch);
        if (count < 0 && errno == EPROTO) {
            must(plain_next(stream + *taken, come - *taken) < 0);
            return false;
        }
        if (count < 0)
            break;
        for (int i = 0; i < count; i++) {
            long length = plain_next(stream + *taken, come - *taken);
            must(length > 0 && batch.frames[i].length == length);
            must(memcmp(batch.frames[i].data, stream + *taken + 4, (size_t)length) == 0);
            *taken += 4 + (size_t)length;
        }
    }
    must(errno == EAGAIN && plain_next(stream + *taken, come - *taken) == 0);
    return true;
}

static void receive(const uint8_t *stream, size_t size, size_t piece)
{
    size_t come = 0, taken = 0;

    while (come < size) {
        size_t now = piece < size - come ? piece : size - come;
        must(send(ends[1], stream + come, now, 0) == (ssize_t)now);
        come += now;
        if (!receive_all(stream, come, &taken))
            return;
    }
}

/* The VM's end: what has come must be the frames one after the other. */
static void check_sent(const uint8_t *data, uint64_t *checked, size_t length)
{
    uint8_t came[8192];
    ssize_t count;

    while ((count = recv(ends[1], came, sizeof(came), 0)) > 0) {
        for (ssize_t i = 0; i < count; i++, ++*checked) {
            size_t at = *checked % (length + 4);
            must(came[i] == (at < 4 ? (uint8_t)(length >> 8 * (3 - at)) : data[(at - 4) % 251]));
        }
    }
}

static void send_frames(unsigned how)
{
    static uint8_t data[4096];
    size_t length = 1 + (how & 31) * 50, head = length < 54 ? length : 54;
    unsigned count = 1 + (how >> 5), done = 0;
    struct segment segments[64];
    uint64_t checked = 0;

    if (!data[1])
        for (size_t i = 0; i < sizeof(data); i++)
            data[i] = (uint8_t)(i % 251);
    for (unsigned i = 0; i < count; i++)
        segments[i] = (struct segment){{{data, head}, {data + head, length - head}}};
    while (done < count || channel.unfinished) {
        int went = channel_send(&channel, segments + done, count - done);
        must(went >= 0 || errno == EAGAIN);
        done += went > 0 ? (unsigned)went : 0;
        check_sent(data, &checked, length);
    }
    must(checked == (uint64_t)count * (length + 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char rest[4096];

    if (size < 2)
        return 0;
    if (!batch.memory)
        create();
    memcpy(batch.frames, own, sizeof(own));
    channel_open(&channel, ends[0]);
    if (data[1])
        send_frames(data[1]);
    /* Few pieces: each is two system calls. */
    receive(data + 2, size - 2, 1 + data[0] + size / 8);
    while (recv(ends[0], rest, sizeof(rest), 0) > 0)
        continue;
    return 0;
}
