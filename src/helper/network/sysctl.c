#include "helper/network/sysctl.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Files and not sysctl(8)'s dots: a VLAN's name has a dot of its own. */
static int setting_open(const char *family, const char *interface, const char *key, int flags)
{
    char path[128];

    if (!text_format(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, interface, key)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_CLOEXEC);
}

int sysctl_get(const char *family, const char *interface, const char *key)
{
    char text[16];
    int fd = setting_open(family, interface, key, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t count = read(fd, text, sizeof(text) - 1);
    int error = errno;
    close(fd);
    if (count <= 0) {
        errno = count < 0 ? error : EIO;
        return -1;
    }
    text[count] = '\0';
    return (int)strtol(text, NULL, 10);
}

int sysctl_set(const char *family, const char *interface, const char *key, int value)
{
    char text[16];
    text_format(text, sizeof(text), "%d\n", value);

    int fd = setting_open(family, interface, key, O_WRONLY);
    if (fd < 0)
        return -1;
    size_t length = 0;
    while (text[length])
        length++;
    ssize_t count = write(fd, text, length);
    int error = errno;
    close(fd);
    errno = error;
    return count == (ssize_t)length ? 0 : -1;
}
