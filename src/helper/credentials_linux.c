#include "helper/credentials.h"

#include <string.h>

void credentials_request(int fd, bool on)
{
    int value = on;

    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &value, sizeof(value));
}

void credentials_read(struct msghdr *message, struct credentials *credentials)
{
    struct ucred sender;

    credentials->known = false;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS &&
            part->cmsg_len >= CMSG_LEN(sizeof(sender))) {
            memcpy(&sender, CMSG_DATA(part), sizeof(sender));
            credentials->known = true;
            credentials->uid = sender.uid;
        }
}

void credentials_of_peer(int fd, struct credentials *credentials)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    credentials->known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    credentials->uid = credentials->known ? peer.uid : 0;
}
