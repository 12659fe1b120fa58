/* Between a helper with --framing stream and a program that knows packets only:
 *
 *     stream_relay PATH COMMAND...       COMMAND has a seqpacket socket as descriptor 3
 *
 * What COMMAND sends goes to the helper in pieces that care for no border of a frame. Two processes,
 * one for each direction, end with either side. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FRAME = 65568, BURST = 4 };

static unsigned char room[BURST * (4 + FRAME)];

static int fail(const char *what)
{
    fprintf(stderr, "stream_relay: %s: %s\n", what, strerror(errno));
    return 1;
}

static int stream_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    return fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -1 : fd;
}

static int read_all(int fd, unsigned char *data, size_t size)
{
    for (ssize_t count; size > 0; data += count, size -= (size_t)count)
        if ((count = read(fd, data, size)) <= 0)
            return -1;
    return 0;
}

static void relay_to_packets(int stream, int packets)
{
    unsigned char length[4];

    while (read_all(stream, length, 4) == 0) {
        size_t size = (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3];
        if (length[0] || size == 0 || size > FRAME || read_all(stream, room, size) < 0 ||
            send(packets, room, size, MSG_NOSIGNAL) < 0)
            break;
    }
}

/* A frame, and those that wait behind it, with their lengths. Returns the bytes, 0 at the end. */
static size_t take_burst(int packets)
{
    size_t size = 0;

    for (int i = 0; i < BURST; i++) {
        ssize_t count = recv(packets, room + size + 4, FRAME, i ? MSG_DONTWAIT : 0);
        if (count <= 0)
            break;
        room[size] = 0;
        room[size + 1] = (unsigned char)(count >> 16);
        room[size + 2] = (unsigned char)(count >> 8);
        room[size + 3] = (unsigned char)count;
        size += 4 + (size_t)count;
    }
    return size;
}

static void relay_to_stream(int stream, int packets)
{
    size_t size, piece = 0;

    while ((size = take_burst(packets)) > 0)
        for (size_t at = 0; at < size;) {
            piece = (piece * 7 + 1) % 3001;
            ssize_t sent = send(stream, room + at, piece < size - at ? piece + 1 : size - at, MSG_NOSIGNAL);
            if (sent < 0)
                return;
            at += (size_t)sent;
        }
}

int main(int argc, char **argv)
{
    int ends[2], stream = argc > 2 ? stream_connect(argv[1]) : -1;

    if (argc <= 2)
        return 2;
    if (stream < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
        return fail(argv[1]);
    for (int direction = 0; direction < 2; direction++) {
        if (fork() != 0)
            continue;
        close(ends[1]);
        if (direction == 0)
            relay_to_packets(stream, ends[0]);
        else
            relay_to_stream(stream, ends[0]);
        /* The other one reads the end of the stream. */
        shutdown(stream, SHUT_RDWR);
        shutdown(ends[0], SHUT_RDWR);
        _exit(0);
    }
    close(stream);
    close(ends[0]);
    if (ends[1] != 3 && (dup2(ends[1], 3) < 0 || close(ends[1]) < 0))
        return fail("dup2");
    execv(argv[2], argv + 2);
    return fail(argv[2]);
}
