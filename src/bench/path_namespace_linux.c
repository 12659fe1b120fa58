#include "bench/path_namespace.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed(const char *what)
{
    log_error("bench", "%s: %s%s", what, strerror(errno), errno == EPERM ? ": run it as root" : "");
    return -1;
}

/* An ioctl on an interface of the current namespace. */
static int control(unsigned long number, void *request)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int result = ioctl(fd, number, request);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static int set_up(const char *name)
{
    struct ifreq request = {0};

    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    if (control(SIOCGIFFLAGS, &request) < 0)
        return -1;
    request.ifr_flags |= IFF_UP;
    return control(SIOCSIFFLAGS, &request);
}

int path_namespace_enter(int fd)
{
    return setns(fd, CLONE_NEWNET) < 0 ? failed("cannot enter a network namespace") : 0;
}

int path_namespace_create(void)
{
    int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (before < 0 || unshare(CLONE_NEWNET) < 0) {
        failed("cannot make a network namespace");
        if (before >= 0)
            close(before);
        return -1;
    }
    int made = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (made < 0 || set_up("lo") < 0)
        failed("cannot set up a network namespace");
    if (path_namespace_enter(before) < 0 && made >= 0) {
        close(made);
        made = -1;
    }
    close(before);
    return made;
}

static int set_mac(const char *name, const uint8_t *mac)
{
    struct ifreq request = {0};

    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    memcpy(request.ifr_hwaddr.sa_data, mac, MAC_SIZE);
    return control(SIOCSIFHWADDR, &request);
}

static int set_queue(const char *name)
{
    struct ifreq request = {.ifr_qlen = 10000};

    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    return control(SIOCSIFTXQLEN, &request);
}

int path_tap_open(const char *name, const uint8_t *mac, bool header)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | (header ? IFF_VNET_HDR : 0))};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return failed("cannot open /dev/net/tun");
    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    unsigned offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
    if (ioctl(fd, TUNSETIFF, &request) < 0 || (header && ioctl(fd, TUNSETOFFLOAD, offload) < 0) ||
        (mac && set_mac(name, mac) < 0) || set_queue(name) < 0 || set_up(name) < 0) {
        failed("cannot make a TAP");
        close(fd);
        return -1;
    }
    return fd;
}

int path_link_up(const char *name)
{
    return set_up(name) < 0 ? failed("cannot set an interface up") : 0;
}

int path_bridge_join(const char *name, const char *port)
{
    struct ifreq request = {0};
    char bridge[IFNAMSIZ];

    text_copy(bridge, sizeof(bridge), name);
    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    request.ifr_ifindex = (int)if_nametoindex(port);
    if ((control(SIOCBRADDBR, bridge) < 0 && errno != EEXIST) || control(SIOCBRADDIF, &request) < 0 || set_up(name) < 0)
        return failed("cannot make a bridge");
    return 0;
}

int path_address_set(const char *name, uint32_t address)
{
    struct ifreq request = {0};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};

    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    memcpy(&request.ifr_addr, &in, sizeof(in));
    if (control(SIOCSIFADDR, &request) < 0)
        return failed("cannot set an address");
    in.sin_addr.s_addr = htonl(0xffffff00);
    memcpy(&request.ifr_netmask, &in, sizeof(in));
    if (control(SIOCSIFNETMASK, &request) < 0 || set_up(name) < 0)
        return failed("cannot set an address");
    return 0;
}

int path_veth_make(const char *here, const char *there, int namespace_fd)
{
    char target[64];
    const char *const argv[] = {"ip",   "link", "add",   "name", here,   "type", "veth",
                                "peer", "name", there, "netns", target, NULL};

    snprintf(target, sizeof(target), "/proc/%d/fd/%d", (int)getpid(), namespace_fd);
    if (process_run(argv, NULL) != 0) {
        log_error("bench", "cannot make a veth pair by ip(8): is iproute2 installed?");
        return -1;
    }
    return 0;
}
