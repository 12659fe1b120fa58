#include "helper/credentials.h"
#include "helper/socket_clients.h"

/* More datagrams than a queue holds. */
enum { QUEUE_MAX = 100000 };

/* The sandbox lets no file be made by now, and none is needed: a connection may be dissolved (connect(2)). */
int socket_datagram_release(struct server_socket *server)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    char byte;

    /* It cannot fail for a socket of datagrams; what is in the queue goes in any case. */
    (void)!connect(server->fd, &none, sizeof(none));
    for (int left = QUEUE_MAX; left > 0 && recv(server->fd, &byte, 1, MSG_DONTWAIT) >= 0; left--)
        ;
    credentials_request(server->fd, true);
    server->client = -1;
    return 0;
}
