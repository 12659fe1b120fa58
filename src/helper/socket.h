/* The unix socket that the VM is on the other side of: inherited (--fd), or made at a path (--socket),
 * where the first client that sends (datagrams) or connects (stream) becomes the VM. */
#ifndef HELPER_SOCKET_H
#define HELPER_SOCKET_H

#include "common/log_limit.h"
#include "helper/channel.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1) /* 107 bytes on Linux */

/* Is fd what --fd must be: a unix socket of this framing's kind that is connected? Logs the reason if
 * not. Returns 0, or -1. */
int socket_check_fd(int fd, enum framing framing);

/* Could a socket be made at this path, now and as this user? Nothing is changed.
 * Returns 0, or -1 (logged). */
int socket_check_path(const char *path);

struct server_socket {
    int fd;
    int client;       /* what carries the client's frames: fd itself with datagrams; -1: no client */
    enum framing framing;
    int folder;       /* the folder of the path, for removing the file when all else is forbidden */
    const char *path; /* not owned */
    const char *name; /* the last part of path */
    dev_t device;     /* of the file that we made */
    ino_t inode;      /* 0: none made */
    struct log_limit refusals;
};

/* Make the socket, not yet its file: its buffers are set with privilege. Returns 0, or -1 (logged). */
int socket_create(struct server_socket *server, const char *path, enum framing framing);

/* Make its file, with mode 0600 from the first moment, in place of one that a dead helper of the same
 * user left. Never replaces anything else. Returns 0, or -1 (logged). */
int socket_bind(struct server_socket *server);

/* Take the next client, if there is one: server->client is its socket then, and *client its path
 * (SOCKET_PATH_MAX + 2 bytes), which is empty for a stream's client without one. Others than the
 * socket's user and root are logged, once in a while, and ignored.
 * Datagrams: the client is who has sent first; first holds the frames that it has sent so far; the
 * greeting VFKT that vfkit and krunkit start with is no frame. Senders without an address, whom nobody
 * could answer, are ignored as well. Returns true if there is a client. */
bool socket_accept(struct server_socket *server, struct batch *first, char *client);

/* Forget the client: the next one may come. Frames of the old one are thrown away.
 * Returns 0, or -1 (logged): then there is only socket_destroy(). */
int socket_release(struct server_socket *server);

/* Close, and remove the file if it is still the one that we made. */
void socket_destroy(struct server_socket *server);

#endif
