#include "helper/peer.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/unix_diag.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C /* linux/sockios.h since 4.10 */
#endif

static int open_probe(void)
{
    return socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

/* The kernel looks for the socket in the namespace of the one who asks; a socketpair may come from a
 * caller in another one. */
static int open_probe_near(int fd)
{
    int there = ioctl(fd, SIOCGSKNS);
    int here = there < 0 ? -1 : open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    struct stat mine, other;
    int probe;

    if (here >= 0 && fstat(here, &mine) == 0 && fstat(there, &other) == 0 && mine.st_ino != other.st_ino &&
        setns(there, CLONE_NEWNET) == 0) {
        probe = open_probe();
        if (setns(here, CLONE_NEWNET) < 0) {
            log_error("main", "cannot return to the network namespace: %s", strerror(errno));
            _exit(1);
        }
    } else {
        probe = open_probe();
    }
    if (there >= 0)
        close(there);
    if (here >= 0)
        close(here);
    return probe;
}

static int ask(const struct peer *peer)
{
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } message = {
        .header = {.nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .request = {.sdiag_family = AF_UNIX,
                    .udiag_ino = peer->inode,
                    .udiag_show = UDIAG_SHOW_PEER,
                    .udiag_cookie = {~0U, ~0U}},
    };

    return send(peer->probe, &message, sizeof(message), MSG_DONTWAIT) < 0 ? -1 : 0;
}

/* The peer's inode is 0 once it is closed. */
static enum peer_state read_peer(const struct nlmsghdr *header)
{
    const struct unix_diag_msg *body = NLMSG_DATA(header);
    int left = (int)header->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*body));
    const struct rtattr *attribute = (const struct rtattr *)(body + 1);

    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
        if (attribute->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(attribute) >= sizeof(__u32)) {
            __u32 inode;
            memcpy(&inode, RTA_DATA(attribute), sizeof(inode));
            return inode ? PEER_THERE : PEER_GONE;
        }
    return PEER_GONE;
}

enum peer_state peer_check(const struct peer *peer)
{
    _Alignas(struct nlmsghdr) char answer[1024];

    if (peer->probe < 0 || ask(peer) < 0)
        return PEER_UNKNOWN;
    /* The kernel answers before send() returns. */
    ssize_t length = recv(peer->probe, answer, sizeof(answer), MSG_DONTWAIT);
    const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
    if (length < (ssize_t)NLMSG_LENGTH(sizeof(struct unix_diag_msg)) || header->nlmsg_len > (size_t)length ||
        header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return PEER_UNKNOWN;
    return read_peer(header);
}

void peer_open(struct peer *peer, int fd)
{
    struct stat status;

    peer->probe = -1;
    if (fstat(fd, &status) < 0)
        return;
    peer->inode = (unsigned)status.st_ino;
    peer->probe = open_probe_near(fd);
    if (peer_check(peer) == PEER_UNKNOWN) {
        log_debug("main", "this system does not tell when the VM closes its socket");
        peer_close(peer);
    }
}

void peer_close(struct peer *peer)
{
    if (peer->probe >= 0)
        close(peer->probe);
    peer->probe = -1;
}
