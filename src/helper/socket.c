#include "helper/socket.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/credentials.h"
#include "helper/datagram.h"
#include "helper/socket_clients.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Clients in line behind the one that is served. */
enum { BACKLOG = 8 };

static int socket_type(enum framing framing)
{
    return framing == FRAMING_STREAM ? SOCK_STREAM : SOCK_DGRAM;
}

static int wrong_kind(int fd, enum framing framing, int type)
{
    const char *name = framing == FRAMING_STREAM ? "stream" : "datagram";
    const char *constant = framing == FRAMING_STREAM ? "SOCK_STREAM" : "SOCK_DGRAM";
    const char *other = framing == FRAMING_STREAM && type == SOCK_DGRAM   ? ", or leave out --framing stream"
                        : framing == FRAMING_DATAGRAM && type == SOCK_STREAM ? ", or give --framing stream"
                                                                             : "";

    log_error("main", "--fd %d is not a unix %s socket: make a socketpair of AF_UNIX, %s%s", fd, name, constant, other);
    return -1;
}

int socket_check_fd(int fd, enum framing framing)
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
        address.ss_family != AF_UNIX || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) < 0)
        return wrong_kind(fd, framing, 0);
    if (type != socket_type(framing))
        return wrong_kind(fd, framing, type);
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

/* Where the socket's file is. It is looked for, and removed, in the folder that was opened once: who can write to
 * a folder above could else have another one there at each step. Before the folder is open: at the path. */
struct place {
    int folder; /* or AT_FDCWD */
    const char *name;
    const char *path; /* for the log */
};

/* Go to the folder, for the one call that takes no descriptor of it. Returns what goes back; -1: not gone. */
static int place_enter(const struct place *place)
{
    int before = place->folder == AT_FDCWD ? -1 : open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (before >= 0 && fchdir(place->folder) < 0) {
        close(before);
        before = -1;
    }
    return before;
}

static void place_return(int before)
{
    if (before < 0)
        return;
    if (fchdir(before) < 0)
        log_debug("main", "cannot return to the folder of before: %s", strerror(errno));
    close(before);
}

/* Does somebody live behind this socket file? One that serves a client already answers with EPERM, one
 * that listens for streams with EPROTOTYPE. */
static bool is_alive(const struct place *place)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    if (fd < 0)
        return true;
    int before = place_enter(place);
    fill_address(&address, before < 0 ? place->path : place->name);
    bool alive = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
                 (errno != ECONNREFUSED && errno != ENOENT);
    place_return(before);
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
    if ((status.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
        log_warn("main", "everybody can replace what is in folder \"%s\": choose one that only the VM's user can write to",
                 folder);
    return 0;
}

/* A helper that was killed holds its socket until the last of its threads is gone: a moment longer than
 * its death can be seen. */
static bool stays_alive(const struct place *place)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000000};

    for (int attempt = 0; attempt < 20; attempt++) {
        if (!is_alive(place))
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

/* What is at the path already? Nothing, or a socket of ours that nobody listens to: *stale. */
static int check_file(const struct place *place, bool *stale)
{
    const char *path = place->path;
    struct stat status;

    *stale = false;
    if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
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
    if (stays_alive(place)) {
        log_error("main", "socket \"%s\" is in use: stop the program that serves it, or choose another path", path);
        return -1;
    }
    *stale = true;
    return 0;
}

int socket_check_path(const char *path)
{
    const struct place place = {AT_FDCWD, path, path};
    bool stale;

    if (strlen(path) > SOCKET_PATH_MAX) {
        log_error("main", "socket path is %zu bytes long, the limit is %zu: choose a shorter one", strlen(path),
                  SOCKET_PATH_MAX);
        return -1;
    }
    return check_folder(path) < 0 ? -1 : check_file(&place, &stale);
}

int socket_create(struct server_socket *server, const char *path, enum framing framing)
{
    const char *slash = strrchr(path, '/');

    *server = (struct server_socket){.fd = -1, .client = -1, .folder = -1, .framing = framing, .path = path,
                                     .name = slash ? slash + 1 : path, .refusals = {.most = 1}};
    server->fd = socket(AF_UNIX, socket_type(framing), 0);
    if (server->fd < 0) {
        log_error("main", "cannot make a socket: %s", strerror(errno));
        return -1;
    }
    fcntl(server->fd, F_SETFD, FD_CLOEXEC);
    if (framing == FRAMING_STREAM) {
        fcntl(server->fd, F_SETFL, O_NONBLOCK);
        return 0;
    }
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

/* bind() makes the file with the mask applied: there is no moment in which others could connect. It takes the path,
 * for it is what clients see as our name. */
static int make_file(struct server_socket *server, const struct place *place)
{
    struct sockaddr_un address;
    struct stat status;

    fill_address(&address, server->path);
    mode_t mask = umask(0177);
    int result = bind(server->fd, (struct sockaddr *)&address, sizeof(address));
    int error = errno;
    umask(mask);
    if (result == 0 && server->framing == FRAMING_STREAM) {
        result = listen(server->fd, BACKLOG);
        error = errno;
    }
    if (result < 0) {
        log_error("main", "cannot make socket \"%s\": %s", server->path, strerror(error));
        return -1;
    }
    if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISSOCK(status.st_mode) ||
        status.st_uid != geteuid()) {
        log_error("main", "somebody has replaced socket \"%s\": choose a folder that nobody else can write to",
                  server->path);
        return -1;
    }
    server->device = status.st_dev;
    server->inode = status.st_ino;
    return 0;
}

int socket_bind(struct server_socket *server)
{
    bool stale;

    server->folder = lock_folder(server);
    const struct place at_path = {AT_FDCWD, server->path, server->path};
    const struct place in_folder = {server->folder, server->name, server->path};
    /* A folder that may be written to and not read. */
    const struct place *place = server->folder < 0 ? &at_path : &in_folder;
    int result = check_file(place, &stale);
    if (result == 0 && stale && unlinkat(place->folder, place->name, 0) < 0) {
        log_error("main", "cannot remove stale socket \"%s\": %s", server->path, strerror(errno));
        result = -1;
    }
    if (result == 0)
        result = make_file(server, place);
    if (server->folder >= 0)
        flock(server->folder, LOCK_UN);
    return result;
}

bool socket_accept(struct server_socket *server, struct batch *first, char *client)
{
    first->count = 0;
    return server->framing == FRAMING_STREAM ? socket_stream_accept(server, client)
                                             : socket_datagram_accept(server, first, client);
}

int socket_release(struct server_socket *server)
{
    return server->framing == FRAMING_STREAM ? socket_stream_release(server) : socket_datagram_release(server);
}

static bool is_ours(const struct server_socket *server)
{
    struct stat status;

    return server->inode && fstatat(server->folder, server->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           status.st_dev == server->device && status.st_ino == server->inode;
}

void socket_destroy(struct server_socket *server)
{
    if (server->client >= 0 && server->client != server->fd)
        close(server->client);
    if (server->folder >= 0) {
        if (is_ours(server) && unlinkat(server->folder, server->name, 0) < 0)
            log_warn("main", "cannot remove socket \"%s\": %s", server->path, strerror(errno));
        close(server->folder);
    }
    if (server->fd >= 0)
        close(server->fd);
    server->fd = server->client = server->folder = -1;
}
