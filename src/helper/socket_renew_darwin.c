#include "helper/socket_clients.h"

#include <unistd.h>

/* A socket whose peer has closed may read as empty for ever, and whether it can get another one is written
 * nowhere: so each client gets a socket of its own, in the place of the last one's, whose file is then one
 * that nobody serves. A client that comes in the moment between finds nobody, as one that comes too early. */
int socket_datagram_release(struct server_socket *server)
{
    struct server_socket fresh;

    if (socket_create(&fresh, server->path, server->framing) < 0)
        return -1;
    close(server->fd);
    server->fd = server->client = -1;
    if (socket_bind(&fresh) < 0) {
        socket_destroy(&fresh);
        return -1;
    }
    if (server->folder >= 0)
        close(server->folder);
    *server = fresh;
    return 0;
}
