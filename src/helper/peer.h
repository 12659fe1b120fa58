/* Is the VM still there? A Linux datagram socket does not tell its reader when the other end closes:
 * recv() waits on, poll() stays silent, only a send fails, and a VM may be silent for hours. The
 * kernel's socket diagnostics (sock_diag(7)) tell who the peer is, without touching the traffic.
 * peer_linux.c | peer_darwin.c (where recv() fails with ECONNRESET). */
#ifndef HELPER_PEER_H
#define HELPER_PEER_H

enum peer_state { PEER_THERE, PEER_GONE, PEER_UNKNOWN };

struct peer {
    int probe;      /* -1: the system cannot tell */
    unsigned inode; /* of our socket */
};

/* Prepare to ask for the peer of this socket. Before the sandbox; and with privilege if the socket was
 * made in another network namespace. */
void peer_open(struct peer *peer, int fd);

/* Only while the socket is connected. */
enum peer_state peer_check(const struct peer *peer);

void peer_close(struct peer *peer);

#endif
