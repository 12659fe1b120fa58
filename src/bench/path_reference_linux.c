#include "bench/path_reference.h"
#include "bench/path_relay.h"
#include "helper/frame.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct reference {
    int tap, socket;
};

static uint8_t *new_frame(void)
{
    uint8_t *frame = malloc(FRAME_BUFFER);

    if (!frame)
        _exit(1);
    return frame;
}

static void *to_vm(void *argument)
{
    const struct reference *reference = argument;
    uint8_t *frame = new_frame();

    for (;;) {
        ssize_t length = read(reference->tap, frame, FRAME_BUFFER);
        if (length < 0) {
            path_relay_wait(reference->tap, POLLIN);
            continue;
        }
        while (send(reference->socket, frame, (size_t)length, 0) < 0 &&
               (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
            path_relay_wait(reference->socket, POLLOUT);
    }
    return NULL;
}

static void *to_host(void *argument)
{
    const struct reference *reference = argument;
    uint8_t *frame = new_frame();

    for (;;) {
        ssize_t length = recv(reference->socket, frame, FRAME_BUFFER, 0);
        if (length < 0)
            path_relay_wait(reference->socket, POLLIN);
        else if (write(reference->tap, frame, (size_t)length) < 0)
            continue; /* dropped, as a full network card does */
    }
    return NULL;
}

pid_t path_reference_start(int tap, int socket)
{
    struct reference reference = {tap, socket};

    return path_relay_start(socket, to_vm, to_host, &reference);
}
