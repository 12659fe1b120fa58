#include "helper/notify.h"
#include "common/ipv4.h"
#include "common/log.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_init(struct notify *notify, int fd)
{
    notify->fd = fd;
    pthread_mutex_init(&notify->lock, NULL);
}

bool notify_is_on(const struct notify *notify)
{
    return notify->fd >= 0;
}

/* O_NONBLOCK would be set for everybody who shares the descriptor, so ask for room instead: a pipe that
 * is ready takes PIPE_BUF bytes at once (pipe(7)), and no line is longer. */
static void write_line(struct notify *notify, const char *line, size_t length)
{
    struct pollfd ready = {.fd = notify->fd, .events = POLLOUT};

    pthread_mutex_lock(&notify->lock);
    if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT)) {
        ssize_t written = send(notify->fd, line, length, MSG_DONTWAIT);
        if (written < 0 && errno == ENOTSOCK)
            written = write(notify->fd, line, length);
        if (written < 0)
            log_debug("main", "cannot notify: %s", strerror(errno));
    } else {
        log_debug("main", "cannot notify: the reader is slow or gone");
    }
    pthread_mutex_unlock(&notify->lock);
}

/* Frees json, which may be NULL where memory ran out: one event less. */
static void write_event(struct notify *notify, cJSON *json)
{
    char *line = json ? cJSON_PrintUnformatted(json) : NULL;

    cJSON_Delete(json);
    if (!line)
        return;
    size_t length = strlen(line);
    line[length] = '\n';
    write_line(notify, line, length + 1);
    free(line);
}

static cJSON *event(const struct notify *notify, const char *name)
{
    cJSON *json = notify->fd >= 0 ? cJSON_CreateObject() : NULL;

    if (json)
        cJSON_AddStringToObject(json, "event", name);
    return json;
}

void notify_ready(struct notify *notify)
{
    write_event(notify, event(notify, "ready"));
}

void notify_client(struct notify *notify, const char *path)
{
    cJSON *json = event(notify, "client");

    if (json && path)
        cJSON_AddStringToObject(json, "path", path);
    write_event(notify, json);
}

void notify_client_gone(struct notify *notify)
{
    write_event(notify, event(notify, "client-gone"));
}

void notify_address(struct notify *notify, const struct lease *lease)
{
    char text[IPV4_TEXT_SIZE];
    cJSON *json = event(notify, "address");

    if (json) {
        cJSON_AddStringToObject(json, "family", "ipv4");
        cJSON_AddStringToObject(json, "address", ipv4_format(lease->address, text));
        cJSON_AddNumberToObject(json, "lease_seconds", lease->seconds);
    }
    write_event(notify, json);
}

void notify_address6(struct notify *notify, const uint8_t address[NEIGHBOUR_ADDRESS])
{
    char text[INET6_ADDRSTRLEN];
    cJSON *json = event(notify, "address");

    if (json) {
        cJSON_AddStringToObject(json, "family", "ipv6");
        cJSON_AddStringToObject(json, "address", inet_ntop(AF_INET6, address, text, sizeof(text)));
    }
    write_event(notify, json);
}

void notify_stopping(struct notify *notify, const char *reason)
{
    cJSON *json = event(notify, "stopping");

    if (json)
        cJSON_AddStringToObject(json, "reason", reason);
    write_event(notify, json);
}

void notify_service_manager(const char *path)
{
    static const char message[] = "READY=1";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = path ? strlen(path) : 0;

    if (!length || length >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, length);
    /* '@' stands for the NUL of an abstract address. */
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0)
        return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (sendto(fd, message, sizeof(message) - 1, MSG_DONTWAIT, (struct sockaddr *)&address, size) < 0)
        log_debug("main", "cannot tell the service manager: %s", strerror(errno));
    close(fd);
}
