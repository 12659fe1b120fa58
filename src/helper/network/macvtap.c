/* A macvtap's frames are read from a character device of its own. /dev/tap<index> would be it, but
 * the index is only unique in its network namespace and /dev is not: with two namespaces that file
 * may be the other one's device, and opening it would take its frames. /sys tells the right device
 * number, but only a /sys that was mounted in our namespace. So a short-lived child mounts one for
 * itself alone, makes its own device file, opens it and hands the descriptor over. */
#include "helper/network/macvtap.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"
#include "helper/network/link.h"
#include "helper/network/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int open_in_child(int index)
{
    char path[64], text[32];
    unsigned device_major, device_minor;

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/sys", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=0700") < 0 ||
        mkdir("/sys/sys", 0700) < 0 ||
        mount("sysfs", "/sys/sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL) < 0)
        return -1;
    text_format(path, sizeof(path), "/sys/sys/class/macvtap/tap%d/dev", index);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (count <= 0)
        return -1;
    close(fd);
    text[count] = '\0';
    if (sscanf(text, "%u:%u", &device_major, &device_minor) != 2) {
        errno = EIO;
        return -1;
    }
    if (mknod("/sys/tap", S_IFCHR | 0600, makedev(device_major, device_minor)) < 0)
        return -1;
    return open("/sys/tap", O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

/* The descriptor, or the errno of what failed. */
static void send_result(int channel, int fd)
{
    int error = fd < 0 ? errno : 0;
    union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
    struct iovec data = {&error, sizeof(error)};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    }
    sendmsg(channel, &message, 0);
}

static int receive_result(int channel)
{
    int fd = -1, error = 0;
    union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
    struct iovec data = {&error, sizeof(error)};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t count;

    while ((count = recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (count != sizeof(error))
        error = EIO;
    else if (!error && message.msg_controllen >= CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
    if (fd < 0)
        errno = error ? error : EIO;
    return fd;
}

static int open_device(int index)
{
    int channel[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(channel[0]);
        send_result(channel[1], open_in_child(index));
        _exit(0);
    }
    int error = errno;
    close(channel[1]);
    int fd = -1;
    if (pid > 0) {
        fd = receive_result(channel[0]);
        error = errno;
        process_wait(pid, -1);
    }
    close(channel[0]);
    errno = error;
    return fd;
}

static void report_make(const char *parent, int error)
{
    if (error == -NLE_OPNOTSUPP)
        log_error("network", "cannot join %s: this kernel has no macvtap; "
                  "load the module macvtap, or put %s in a Linux bridge and name that", parent, parent);
    else if (error == -NLE_BUSY)
        log_error("network", "cannot join %s: it is in use by a bridge or bond already; "
                  "name that with --shared-interface", parent);
    else if (error == -NLE_INVAL)
        log_error("network", "cannot join %s: it is neither a bridge nor an Ethernet interface", parent);
    else
        log_error("network", "cannot make a macvtap on %s: %s", parent, nl_geterror(error));
}

int macvtap_open(struct nl_sock *socket, const char *name, const char *parent, const uint8_t mac[MAC_SIZE])
{
    struct link_facts facts;
    int error = link_make_macvtap(socket, name, parent, mac);

    if (error < 0) {
        report_make(parent, error);
        return -1;
    }
    /* Its frames are the VM's: the host has no address on it. */
    sysctl_set("ipv6", name, "disable_ipv6", 1);
    if ((error = link_set_up(socket, name)) < 0 || (error = link_find(socket, name, &facts)) < 0) {
        log_error("network", "cannot use %s: %s; is it up, and no other VM there with this --interface-id?", parent,
                  nl_geterror(error));
        link_delete(socket, name);
        return -1;
    }
    int fd = open_device(facts.index);
    if (fd < 0) {
        log_error("network", "cannot open the macvtap on %s: %s", parent, strerror(errno));
        link_delete(socket, name);
    }
    return fd;
}
