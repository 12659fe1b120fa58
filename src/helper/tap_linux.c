#include "common/log.h"
#include "common/text.h"
#include "helper/interface_tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef TUN_F_USO4 /* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static int refused(int fd, const char *name)
{
    int error = errno;

    if (fd < 0 && error == ENOENT)
        log_error("interface", "there is no /dev/net/tun: load the kernel module tun");
    else if (error == EPERM || error == EACCES)
        log_error("interface", "opening a TAP interface needs CAP_NET_ADMIN: run vmnet-helper with sudo");
    else if (error == EBUSY)
        log_error("interface", "another process has the TAP interface %s: end it", name);
    else
        log_error("interface", "cannot open a TAP interface: %s", strerror(error));
    if (fd >= 0)
        close(fd);
    return -1;
}

int tap_open(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    text_copy(request.ifr_name, sizeof(request.ifr_name), name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        return refused(fd, name);
    return fd;
}

int tap_set_offload(int fd, const struct interface_config *config)
{
    int header = sizeof(struct virtio_header);
    unsigned flags = 0;

    if (config->tso || config->engine)
        flags = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    else if (config->checksum_offload)
        flags = TUN_F_CSUM;
    if (ioctl(fd, TUNSETVNETHDRSZ, &header) == 0 &&
        ((config->engine && ioctl(fd, TUNSETOFFLOAD, flags | TUN_F_USO4 | TUN_F_USO6) == 0) ||
         ioctl(fd, TUNSETOFFLOAD, flags) == 0))
        return 0;
    log_error("interface", "the kernel refuses the TAP's offloads: %s; try without --enable-tso", strerror(errno));
    return -1;
}
