/* Clients of a datagram socket: whoever sends first becomes the client, by connecting to it. */
#include "helper/datagram.h"
#include "helper/socket_clients.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct datagram_origin {
    struct sockaddr_un address;
    socklen_t length;
    struct credentials credentials;
};

/* The next datagram into frame. Returns 0, or -1 with errno. */
static int receive(int fd, struct frame *frame, struct datagram_origin *origin)
{
    _Alignas(8) char control[CREDENTIALS_SPACE];
    struct iovec part = {frame->data, FRAME_MAX};
    struct msghdr message = {
        .msg_name = &origin->address,
        .msg_namelen = sizeof(origin->address),
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof(control),
    };

    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
    if (length < 0)
        return -1;
    frame->length = message.msg_flags & MSG_TRUNC ? DATAGRAM_TOO_LONG : (uint32_t)length;
    /* A name that fills sun_path comes with the length of the NUL that did not fit (unix(7), BUGS);
     * connect() refuses that length. */
    origin->length = message.msg_namelen < sizeof(origin->address) ? message.msg_namelen : sizeof(origin->address);
    credentials_read(&message, &origin->credentials);
    return 0;
}

static bool is_acceptable(struct server_socket *server, const struct datagram_origin *origin)
{
    if (origin->length <= offsetof(struct sockaddr_un, sun_path)) {
        socket_refuse(server, "ignoring a client without an address: it must bind its socket before it connects");
        return false;
    }
    return socket_user_is_good(server, &origin->credentials);
}

static bool is_greeting(const struct frame *frame)
{
    return frame->length == 4 && memcmp(frame->data, "VFKT", 4) == 0;
}

static bool is_same(const struct datagram_origin *a, const struct datagram_origin *b)
{
    return a->length == b->length && memcmp(&a->address, &b->address, a->length) == 0;
}

/* From connect() on nobody else can send to us, but what others sent before is in the queue, among the
 * first frames of the client. */
static void sort_queue(int fd, struct batch *first, const struct datagram_origin *client)
{
    struct datagram_origin origin;

    while (first->count < BATCH_MAX && receive(fd, &first->frames[first->count], &origin) == 0)
        if (is_same(&origin, client) && !is_greeting(&first->frames[first->count]))
            first->count++;
}

bool socket_datagram_accept(struct server_socket *server, struct batch *first, char *client)
{
    struct datagram_origin origin;

    for (int left = BATCH_MAX; left > 0 && receive(server->fd, &first->frames[0], &origin) == 0; left--) {
        if (!is_acceptable(server, &origin))
            continue;
        socket_format_path(&origin.address, origin.length, client);
        if (connect(server->fd, (struct sockaddr *)&origin.address, origin.length) < 0) {
            socket_refuse(server, "cannot connect to client \"%s\": %s", client, strerror(errno));
            continue;
        }
        if (!is_greeting(&first->frames[0]))
            first->count = 1;
        sort_queue(server->fd, first, &origin);
        credentials_request(server->fd, false);
        server->client = server->fd;
        return true;
    }
    return false;
}
