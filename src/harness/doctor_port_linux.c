#include "harness/doctor_port.h"
#include "common/file.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int port_probe(const struct port *port, uint32_t gateway)
{
    bool udp = strcmp(port->protocol, "udp") == 0, dhcp = port->number == 67;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port->number),
                                  .sin_addr.s_addr = htonl(dhcp ? INADDR_ANY : gateway)};
    int on = 1, fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    bool ready = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0;

    if (ready && dhcp)
        ready = setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
                setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo")) == 0;
    else if (ready)
        ready = setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) == 0;
    int error = ready && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
    if (fd >= 0)
        close(fd);
    return error;
}

/* Does one of the process's descriptors lead to this? */
static bool has_socket(const char *pid, const char *link)
{
    char dir[64], path[PATH_MAX], target[64];
    bool found = false;

    text_format(dir, sizeof(dir), "/proc/%.20s/fd", pid);
    DIR *folder = opendir(dir);
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));) {
        text_format(path, sizeof(path), "%s/%s", dir, entry->d_name);
        ssize_t length = readlink(path, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        found = strcmp(target, link) == 0;
    }
    if (folder)
        closedir(folder);
    return found;
}

static void find_process(unsigned long inode, char *who, size_t size)
{
    char link[64], path[64];
    DIR *processes = opendir("/proc");

    text_format(link, sizeof(link), "socket:[%lu]", inode);
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        if (!isdigit((unsigned char)entry->d_name[0]) || !has_socket(entry->d_name, link))
            continue;
        text_format(path, sizeof(path), "/proc/%.20s/comm", entry->d_name);
        char *name = file_read(path, 256, NULL);
        if (name)
            text_format(who, size, "%.*s (pid %s)", (int)strcspn(name, "\n"), name, entry->d_name);
        free(name);
        break;
    }
    if (processes)
        closedir(processes);
}

void port_holder(const struct port *port, char *who, size_t size)
{
    static const char *const families[] = {"", "6"};
    unsigned long inode = 0;
    char path[64];

    for (size_t i = 0; i < sizeof(families) / sizeof(*families) && !inode; i++) {
        text_format(path, sizeof(path), "/proc/self/net/%s%s", port->protocol, families[i]);
        char *text = file_read(path, 16 << 20, NULL);
        inode = text ? port_find_wildcard(text, port->number) : 0;
        free(text);
    }
    text_copy(who, size, "another program");
    if (inode)
        find_process(inode, who, size);
}
