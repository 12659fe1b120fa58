/* How clients come and go, for each kind of socket: socket_datagram.c | socket_stream.c; what both need
 * is in socket_clients.c. A datagram socket is made ready for the next one by socket_renew_linux.c |
 * socket_renew_darwin.c. Only socket.c calls these. */
#ifndef HELPER_SOCKET_CLIENTS_H
#define HELPER_SOCKET_CLIENTS_H

#include "helper/credentials.h"
#include "helper/socket.h"

/* As socket_accept() and socket_release(). */
bool socket_datagram_accept(struct server_socket *server, struct batch *first, char *client);
int socket_datagram_release(struct server_socket *server);
bool socket_stream_accept(struct server_socket *server, char *client);
int socket_stream_release(struct server_socket *server);

/* Log why somebody is not the client: the first time, and then once in a while, for he may come again with every
 * frame. */
void socket_refuse(struct server_socket *server, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* May this user be the client? Refuses if not. */
bool socket_user_is_good(struct server_socket *server, const struct credentials *credentials);

/* The path of an address of this length, which sun_path may hold without a NUL (unix(7)); "" if it has
 * none. path has SOCKET_PATH_MAX + 2 bytes. */
void socket_format_path(const struct sockaddr_un *address, socklen_t length, char *path);

#endif
