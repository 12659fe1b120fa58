/* Plays the VM: a TAP in the network namespace that it runs in, and a datagram socket to the helper.
 * That namespace is then a machine with a real network stack.
 *
 *     vm_peer --fd N | --socket PATH  [--magic] [--mac M] [--name vm0] [--lose N] [--swap N]
 *
 * --lose and --swap: one frame in about N is lost, or trades places with the next, in each direction.
 * --magic sends the four bytes that vfkit sends first. It ends by SIGTERM, or when the helper is
 * gone. Both directions take what is there, at most a batch, and wait for room before they read
 * more: nothing is lost here but what the kernel's queues lose. */
#include "common/mac.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BATCH = 64, FRAME = 65568, QUEUE = 10000 };

static volatile sig_atomic_t ended;

struct peer {
    int tap, socket;
    unsigned lose, swap, chance; /* one in so many; 0: none. The state of a random number generator */
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    unsigned waiting, sent; /* frames of the TAP that the socket has not taken yet */
    unsigned char (*to_helper)[FRAME];
    unsigned char (*from_helper)[FRAME];
};

static void end(int number)
{
    ended = 1;
}

static void fail(const char *what)
{
    fprintf(stderr, "vm_peer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int tap_open(const char *name, const char *mac)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    if (fd < 0 || control < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        fail("cannot open a TAP");
    if (mac) {
        request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
        if (mac_parse(mac, (uint8_t *)request.ifr_hwaddr.sa_data) < 0 || ioctl(control, SIOCSIFHWADDR, &request) < 0)
            fail("cannot set the MAC address");
    }
    request.ifr_qlen = QUEUE;
    if (ioctl(control, SIOCSIFTXQLEN, &request) < 0)
        fail("cannot set the queue length");
    if (ioctl(control, SIOCGIFFLAGS, &request) < 0)
        fail("cannot read the flags");
    request.ifr_flags |= IFF_UP;
    if (ioctl(control, SIOCSIFFLAGS, &request) < 0)
        fail("cannot set the TAP up");
    close(control);
    return fd;
}

/* own is where our end is, to be removed in the end. */
static int socket_connect(const char *path, struct sockaddr_un *own)
{
    struct sockaddr_un helper = {.sun_family = AF_UNIX};
    int size = 1 << 20, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    own->sun_family = AF_UNIX;
    if (!text_copy(helper.sun_path, sizeof(helper.sun_path), path) ||
        !text_format(own->sun_path, sizeof(own->sun_path), "%s.%d", path, (int)getpid())) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    if (fd < 0 || bind(fd, (struct sockaddr *)own, sizeof(*own)) < 0 ||
        connect(fd, (struct sockaddr *)&helper, sizeof(helper)) < 0)
        fail(path);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    return fd;
}

static bool is_moment(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOBUFS;
}

static bool happens(struct peer *peer, unsigned one_in)
{
    peer->chance = peer->chance * 1103515245 + 12345;
    return one_in && (peer->chance >> 8) % one_in == 0;
}

/* Lose and swap some of the frames. Returns how many are left. */
static unsigned disturb(struct peer *peer, struct iovec *frames, unsigned count)
{
    unsigned left = 0;

    for (unsigned i = 0; i < count; i++)
        if (!happens(peer, peer->lose))
            frames[left++] = frames[i];
    for (unsigned i = 1; i < left; i++) {
        if (happens(peer, peer->swap)) {
            struct iovec other = frames[i];
            frames[i] = frames[i - 1];
            frames[i - 1] = other;
        }
    }
    return left;
}

/* Returns false when the helper is gone. */
static bool relay_to_helper(struct peer *peer)
{
    if (peer->sent == peer->waiting) {
        peer->sent = peer->waiting = 0;
        while (peer->waiting < BATCH) {
            ssize_t count = read(peer->tap, peer->to_helper[peer->waiting], FRAME);
            if (count <= 0)
                break;
            peer->parts[peer->waiting] = (struct iovec){peer->to_helper[peer->waiting], (size_t)count};
            peer->messages[peer->waiting].msg_hdr =
                (struct msghdr){.msg_iov = &peer->parts[peer->waiting], .msg_iovlen = 1};
            peer->waiting++;
        }
        peer->waiting = disturb(peer, peer->parts, peer->waiting);
    }
    while (peer->sent < peer->waiting) {
        int count = sendmmsg(peer->socket, peer->messages + peer->sent, peer->waiting - peer->sent, MSG_DONTWAIT);
        if (count < 0)
            return is_moment(errno);
        peer->sent += (unsigned)count;
    }
    return true;
}

static bool relay_from_helper(struct peer *peer)
{
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];

    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){peer->from_helper[i], FRAME};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(peer->socket, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count < 0)
        return is_moment(errno);
    for (int i = 0; i < count; i++)
        parts[i].iov_len = messages[i].msg_len;
    count = (int)disturb(peer, parts, (unsigned)count);
    for (int i = 0; i < count; i++) {
        ssize_t written = write(peer->tap, parts[i].iov_base, parts[i].iov_len);
        (void)written;
    }
    return true;
}

static void relay(struct peer *peer)
{
    while (!ended) {
        bool full = peer->sent < peer->waiting;
        struct pollfd waits[2] = {
            {.fd = peer->socket, .events = (short)(POLLIN | (full ? POLLOUT : 0))},
            {.fd = full ? -1 : peer->tap, .events = POLLIN},
        };
        if (poll(waits, 2, -1) < 0)
            continue;
        if ((waits[0].revents & (POLLIN | POLLERR)) && !relay_from_helper(peer))
            return;
        if (waits[0].revents & POLLHUP)
            return;
        if (((waits[0].revents & POLLOUT) || waits[1].revents) && !relay_to_helper(peer))
            return;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"fd", required_argument, NULL, 'f'},  {"socket", required_argument, NULL, 's'},
        {"magic", no_argument, NULL, 'g'},     {"mac", required_argument, NULL, 'm'},
        {"name", required_argument, NULL, 'n'}, {"lose", required_argument, NULL, 'l'},
        {"swap", required_argument, NULL, 'w'}, {0},
    };
    struct sigaction action = {.sa_handler = end};
    struct sockaddr_un own = {0};
    struct peer peer = {.socket = -1};
    const char *path = NULL, *mac = NULL, *name = "vm0";
    bool magic = false;
    unsigned long fd, number;

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'f' && text_parse_number(optarg, 0, 1000, &fd) == 0)
            peer.socket = (int)fd;
        else if (option == 's')
            path = optarg;
        else if (option == 'g')
            magic = true;
        else if (option == 'm')
            mac = optarg;
        else if (option == 'n')
            name = optarg;
        else if ((option == 'l' || option == 'w') && text_parse_number(optarg, 1, 100000, &number) == 0)
            *(option == 'l' ? &peer.lose : &peer.swap) = (unsigned)number;
        else
            return 2;
    }
    if ((peer.socket < 0) == !path)
        return 2;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    peer.to_helper = malloc(BATCH * sizeof(*peer.to_helper));
    peer.from_helper = malloc(BATCH * sizeof(*peer.from_helper));
    if (!peer.to_helper || !peer.from_helper)
        fail("no memory");
    if (path)
        peer.socket = socket_connect(path, &own);
    if (magic && send(peer.socket, "VFKT", 4, 0) < 0)
        fail("cannot send the magic");
    peer.tap = tap_open(name, mac);
    relay(&peer);
    if (own.sun_path[0])
        unlink(own.sun_path);
    free(peer.to_helper);
    free(peer.from_helper);
    return 0;
}
