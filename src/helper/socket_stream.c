/* Clients of a stream socket: they are accepted one at a time, the others stand in line. */
#include "helper/datagram.h"
#include "helper/socket_clients.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool socket_stream_accept(struct server_socket *server, char *client)
{
    struct sockaddr_un address;
    socklen_t length = sizeof(address);
    struct credentials credentials;

    int fd = accept(server->fd, (struct sockaddr *)&address, &length);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ECONNABORTED)
            socket_refuse(server, "cannot accept a client: %s", strerror(errno));
        return false;
    }
    credentials_of_peer(fd, &credentials);
    if (!socket_user_is_good(server, &credentials)) {
        close(fd);
        return false;
    }
    datagram_set_buffers(fd);
    /* Most clients have no address of their own. */
    socket_format_path(&address, length, client);
    server->client = fd;
    return true;
}

int socket_stream_release(struct server_socket *server)
{
    close(server->client);
    server->client = -1;
    return 0;
}
