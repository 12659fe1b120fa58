/* Who sent a datagram: credentials_linux.c (SCM_CREDENTIALS) | credentials_darwin.c (cannot tell:
 * there the socket's mode 0600 has to do). */
#ifndef HELPER_CREDENTIALS_H
#define HELPER_CREDENTIALS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#define CREDENTIALS_SPACE 64 /* bytes of control data */

struct credentials {
    bool known;
    uid_t uid;
};

/* Have the system attach the sender's credentials to each datagram, or no longer. */
void credentials_request(int fd, bool on);

/* Take them from a received message. */
void credentials_read(struct msghdr *message, struct credentials *credentials);

/* Who connected to us: of a stream socket, on both systems. */
void credentials_of_peer(int fd, struct credentials *credentials);

#endif
