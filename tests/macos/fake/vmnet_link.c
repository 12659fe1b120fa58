#include "vmnet_link.h"
#include "fake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Linux is the gateway then. */
static void give_address(const char *name, const char *gateway, const char *mask)
{
    const char *subnet = fake_setting("FAKE_VMNET_SUBNET");
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char text[32];

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        fake_abort("cannot switch %s on: %s", name, strerror(errno));
    if (*subnet) {
        struct sockaddr_in address = {.sin_family = AF_INET};
        snprintf(text, sizeof(text), "%s.1", subnet);
        if (inet_pton(AF_INET, gateway ? gateway : text, &address.sin_addr) != 1)
            fake_abort("FAKE_VMNET_SUBNET: \"%s\"", subnet);
        memcpy(&request.ifr_addr, &address, sizeof(address));
        int result = ioctl(fd, SIOCSIFADDR, &request);
        inet_pton(AF_INET, mask ? mask : "255.255.255.0", &address.sin_addr);
        memcpy(&request.ifr_netmask, &address, sizeof(address));
        if (result < 0 || ioctl(fd, SIOCSIFNETMASK, &request) < 0)
            fake_abort("cannot give %s the address %s: %s", name, text, strerror(errno));
    }
    close(fd);
}

static int open_tap(const char *name, bool virtio, const char *gateway, const char *mask)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | (virtio ? IFF_VNET_HDR : 0))};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC), size = 10;

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        fake_abort("cannot open TAP %s: %s", name, strerror(errno));
    if (virtio && (ioctl(fd, TUNSETVNETHDRSZ, &size) < 0 ||
                   ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0))
        fake_abort("cannot set TAP %s up for virtio headers: %s", name, strerror(errno));
    give_address(name, gateway, mask);
    return fd;
}

static int open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        fake_abort("cannot connect to %s: %s", path, strerror(errno));
    return fd;
}

bool fake_link_is_tap(void)
{
    return *fake_setting("FAKE_VMNET_TAP");
}

int fake_link_open(bool virtio, const char *gateway, const char *mask)
{
    int fd, pair[2];

    if (fake_link_is_tap()) {
        fd = open_tap(fake_setting("FAKE_VMNET_TAP"), virtio, gateway, mask);
    } else if (*fake_setting("FAKE_VMNET_SOCKET")) {
        fd = open_socket(fake_setting("FAKE_VMNET_SOCKET"));
    } else if (*fake_setting("FAKE_VMNET_FD")) {
        fd = dup(atoi(fake_setting("FAKE_VMNET_FD")));
    } else {
        /* A network where nothing ever happens; its other end stays open and nobody reads it. */
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
            fake_abort("no socket pair: %s", strerror(errno));
        fd = pair[0];
    }
    if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        fake_abort("the network's descriptor: %s", strerror(errno));
    return fd;
}
