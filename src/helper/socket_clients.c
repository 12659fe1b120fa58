#include "helper/socket_clients.h"
#include "common/log.h"
#include "common/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void socket_refuse(struct server_socket *server, const char *format, ...)
{
    char reason[256];
    unsigned long left_out;
    va_list args;

    if (!log_limit_allows(&server->refusals, process_clock(), &left_out))
        return;
    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    if (left_out)
        log_warn("main", "%s (and %lu like it before)", reason, left_out);
    else
        log_warn("main", "%s", reason);
}

bool socket_user_is_good(struct server_socket *server, const struct credentials *credentials)
{
    if (!credentials->known || credentials->uid == geteuid() || credentials->uid == 0)
        return true;
    socket_refuse(server, "ignoring a client of another user (uid %lu)", (unsigned long)credentials->uid);
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
