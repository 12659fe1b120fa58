/* The socket pair between the helper and the command: channel_linux.c | channel_darwin.c. */
#ifndef CLIENT_CHANNEL_H
#define CLIENT_CHANNEL_H

/* Make the pair, one Ethernet frame a datagram, with buffers that suit the system. Both ends are
 * closed on exec and are the caller's. Returns 0, or -1 with errno. */
int client_channel_open(int ends[2]);

#endif
