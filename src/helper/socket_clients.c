#include "helper/socket_clients.h"
#include "common/log.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

bool socket_user_is_good(const struct credentials *credentials)
{
    if (!credentials->known || credentials->uid == geteuid() || credentials->uid == 0)
        return true;
    log_warn("main", "ignoring a client of another user (uid %lu)", (unsigned long)credentials->uid);
    return false;
}

void socket_format_path(const struct sockaddr_un *address, socklen_t length, char *path)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    size_t size = length > start ? length - start : 0;

    if (size > SOCKET_PATH_MAX + 1)
        size = SOCKET_PATH_MAX + 1;
    memcpy(path, address->sun_path, size);
    path[size] = '\0';
    if (path[0] == '\0' && size > 1)
        path[0] = '@';
}
