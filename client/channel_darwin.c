#include "channel.h"

#include <fcntl.h>
#include <sys/socket.h>

/* On macOS the send buffer is the limit of one frame (65,550 bytes with offloads), the receive
 * buffer what may wait. */
static void enlarge(int fd)
{
    int send_size = 65 * 1024;
    int receive_size = 4 * 1024 * 1024;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_size, sizeof(send_size));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_size, sizeof(receive_size));
}

int client_channel_open(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        enlarge(ends[i]);
    }
    return 0;
}
