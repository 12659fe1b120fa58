#include "helper/socket.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/credentials.h"
#include "helper/datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* More datagrams than a queue holds. */
enum { QUEUE_MAX = 100000 };

int socket_check_fd(int fd)
{
    struct stat status;
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof(address), type_length = sizeof(int);
    int type = 0;

    if (fstat(fd, &status) < 0) {
        log_error("main", "--fd %d is not open: pass the helper's end of a socketpair", fd);
        return -1;
    }
    if (!S_ISSOCK(status.st_mode) || getsockname(fd, (struct sockaddr *)&address, &length) < 0 ||
        address.ss_family != AF_UNIX || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) < 0 ||
        type != SOCK_DGRAM) {
        log_error("main", "--fd %d is not a unix datagram socket: make a socketpair of AF_UNIX, SOCK_DGRAM", fd);
        return -1;
    }
    length = sizeof(address);
    if (getpeername(fd, (struct sockaddr *)&address, &length) < 0) {
        log_error("main", "--fd %d is not connected: pass one end of a socketpair, or use --socket", fd);
        return -1;
    }
    return 0;
}

static void fill_address(struct sockaddr_un *address, const char *path)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path));
}

/* Does somebody live behind this socket file? One that serves a client already answers with EPERM. */
static bool is_alive(const char *path)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    if (fd < 0)
        return true;
    fill_address(&address, path);
    bool alive = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
                 (errno != ECONNREFUSED && errno != ENOENT);
    close(fd);
    return alive;
}

static int check_folder(const char *path)
{
    char folder[SOCKET_PATH_MAX + 1];
    struct stat status;
    const char *slash = strrchr(path, '/');

    if (!slash)
        text_copy(folder, sizeof(folder), ".");
    else
        text_format(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    if (stat(folder, &status) < 0) {
        log_error("main", "cannot make socket \"%s\": folder \"%s\": %s: make it first", path, folder, strerror(errno));
        return -1;
    }
    if (!S_ISDIR(status.st_mode)) {
        log_error("main", "cannot make socket \"%s\": \"%s\" is not a folder", path, folder);
        return -1;
    }
    if (slash && !slash[1]) {
        log_error("main", "cannot make socket \"%s\": the path is a folder: add a file name", path);
        return -1;
    }
    return 0;
}

/* A helper that was killed holds its socket until the last of its threads is gone: a moment longer than
 * its death can be seen. */
static bool stays_alive(const char *path)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000000};

    for (int attempt = 0; attempt < 20; attempt++) {
        if (!is_alive(path))
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

/* What is at the path already? Nothing, or a socket of ours that nobody listens to: *stale. */
static int check_file(const char *path, bool *stale)
{
    struct stat status;

    *stale = false;
    if (lstat(path, &status) < 0) {
        if (errno == ENOENT)
            return 0;
        log_error("main", "cannot make socket \"%s\": %s", path, strerror(errno));
        return -1;
    }
    if (!S_ISSOCK(status.st_mode)) {
        log_error("main", "\"%s\" exists and is not a socket: choose another path, or remove it", path);
        return -1;
    }
    if (status.st_uid != geteuid()) {
        log_error("main", "socket \"%s\" belongs to another user: choose another path", path);
        return -1;
    }
    if (stays_alive(path)) {
        log_error("main", "socket \"%s\" is in use: stop the program that serves it, or choose another path", path);
        return -1;
    }
    *stale = true;
    return 0;
}

int socket_check_path(const char *path)
{
    bool stale;

    if (strlen(path) > SOCKET_PATH_MAX) {
        log_error("main", "socket path is %zu bytes long, the limit is %zu: choose a shorter one", strlen(path),
                  SOCKET_PATH_MAX);
        return -1;
    }
    return check_folder(path) < 0 ? -1 : check_file(path, &stale);
}

int socket_create(struct server_socket *server, const char *path)
{
    const char *slash = strrchr(path, '/');

    *server = (struct server_socket){.fd = -1, .folder = -1, .path = path, .name = slash ? slash + 1 : path};
    server->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (server->fd < 0) {
        log_error("main", "cannot make a socket: %s", strerror(errno));
        return -1;
    }
    fcntl(server->fd, F_SETFD, FD_CLOEXEC);
    datagram_set_buffers(server->fd);
    credentials_request(server->fd, true);
    return 0;
}

/* Two helpers that start on one stale socket must not remove each other's new one: they take turns. The
 * lock is the folder's, so no file is left; anybody can hold it, so nobody waits for long. */
static int lock_folder(const struct server_socket *server)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000000};
    char folder[SOCKET_PATH_MAX + 1];
    size_t length = (size_t)(server->name - server->path);

    if (!length)
        text_copy(folder, sizeof(folder), ".");
    else
        text_format(folder, sizeof(folder), "%.*s", (int)length, server->path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int attempt = 0; fd >= 0 && attempt < 100 && flock(fd, LOCK_EX | LOCK_NB) < 0; attempt++)
        nanosleep(&pause, NULL);
    return fd;
}

/* bind() makes the file with the mask applied: there is no moment in which others could connect. */
static int make_file(struct server_socket *server)
{
    struct sockaddr_un address;
    struct stat status;

    fill_address(&address, server->path);
    mode_t mask = umask(0177);
    int result = bind(server->fd, (struct sockaddr *)&address, sizeof(address));
    int error = errno;
    umask(mask);
    if (result < 0) {
        log_error("main", "cannot make socket \"%s\": %s", server->path, strerror(error));
        return -1;
    }
    if (lstat(server->path, &status) == 0) {
        server->device = status.st_dev;
        server->inode = status.st_ino;
    }
    return 0;
}

int socket_bind(struct server_socket *server)
{
    bool stale;

    server->folder = lock_folder(server);
    int result = check_file(server->path, &stale);
    if (result == 0 && stale && unlink(server->path) < 0) {
        log_error("main", "cannot remove stale socket \"%s\": %s", server->path, strerror(errno));
        result = -1;
    }
    if (result == 0)
        result = make_file(server);
    if (server->folder >= 0)
        flock(server->folder, LOCK_UN);
    return result;
}

struct datagram_origin {
    struct sockaddr_un address;
    socklen_t length;
    struct credentials credentials;
};

/* The next datagram into frame. Returns 0, or -1 with errno. */
static int receive(int fd, struct frame *frame, struct datagram_origin *origin)
{
    _Alignas(8) char control[CREDENTIALS_SPACE];
    struct iovec part = {frame->data, FRAME_MAX};
    struct msghdr message = {
        .msg_name = &origin->address,
        .msg_namelen = sizeof(origin->address),
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof(control),
    };

    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
    if (length < 0)
        return -1;
    frame->length = message.msg_flags & MSG_TRUNC ? DATAGRAM_TOO_LONG : (uint32_t)length;
    /* A name that fills sun_path comes with the length of the NUL that did not fit (unix(7), BUGS);
     * connect() refuses that length. */
    origin->length = message.msg_namelen < sizeof(origin->address) ? message.msg_namelen : sizeof(origin->address);
    credentials_read(&message, &origin->credentials);
    return 0;
}

/* sun_path may fill the structure without a NUL (unix(7)). */
static void format_path(const struct datagram_origin *origin, char *path)
{
    size_t length = origin->length - offsetof(struct sockaddr_un, sun_path);

    if (length > SOCKET_PATH_MAX + 1)
        length = SOCKET_PATH_MAX + 1;
    memcpy(path, origin->address.sun_path, length);
    path[length] = '\0';
    if (path[0] == '\0' && length > 1)
        path[0] = '@';
}

static bool is_acceptable(const struct datagram_origin *origin)
{
    if (origin->length <= offsetof(struct sockaddr_un, sun_path)) {
        log_warn("main", "ignoring a client without an address: it must bind its socket before it connects");
        return false;
    }
    if (origin->credentials.known && origin->credentials.uid != geteuid() && origin->credentials.uid != 0) {
        log_warn("main", "ignoring a client of another user (uid %lu)", (unsigned long)origin->credentials.uid);
        return false;
    }
    return true;
}

static bool is_greeting(const struct frame *frame)
{
    return frame->length == 4 && memcmp(frame->data, "VFKT", 4) == 0;
}

static bool is_same(const struct datagram_origin *a, const struct datagram_origin *b)
{
    return a->length == b->length && memcmp(&a->address, &b->address, a->length) == 0;
}

/* From connect() on nobody else can send to us, but what others sent before is in the queue, among the
 * first frames of the client. */
static void sort_queue(int fd, struct batch *first, const struct datagram_origin *client)
{
    struct datagram_origin origin;

    while (first->count < BATCH_MAX && receive(fd, &first->frames[first->count], &origin) == 0)
        if (is_same(&origin, client) && !is_greeting(&first->frames[first->count]))
            first->count++;
}

bool socket_accept(const struct server_socket *server, struct batch *first, char *client)
{
    struct datagram_origin origin;

    first->count = 0;
    for (int left = BATCH_MAX; left > 0 && receive(server->fd, &first->frames[0], &origin) == 0; left--) {
        if (!is_acceptable(&origin))
            continue;
        format_path(&origin, client);
        if (connect(server->fd, (struct sockaddr *)&origin.address, origin.length) < 0) {
            log_warn("main", "cannot connect to client \"%s\": %s", client, strerror(errno));
            continue;
        }
        if (!is_greeting(&first->frames[0]))
            first->count = 1;
        sort_queue(server->fd, first, &origin);
        credentials_request(server->fd, false);
        return true;
    }
    return false;
}

void socket_release(const struct server_socket *server)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    char byte;

    connect(server->fd, &none, sizeof(none));
    /* Bounded: on macOS a socket whose peer is closed may read as empty for ever. */
    for (int left = QUEUE_MAX; left > 0 && recv(server->fd, &byte, 1, MSG_DONTWAIT) >= 0; left--)
        ;
    credentials_request(server->fd, true);
}

static bool is_ours(const struct server_socket *server)
{
    struct stat status;

    return server->inode && fstatat(server->folder, server->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           status.st_dev == server->device && status.st_ino == server->inode;
}

void socket_destroy(struct server_socket *server)
{
    if (server->folder >= 0) {
        if (is_ours(server) && unlinkat(server->folder, server->name, 0) < 0)
            log_warn("main", "cannot remove socket \"%s\": %s", server->path, strerror(errno));
        close(server->folder);
    }
    if (server->fd >= 0)
        close(server->fd);
    server->fd = server->folder = -1;
}
