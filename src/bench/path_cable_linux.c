#include "bench/path_cable.h"
#include "bench/path_namespace.h"
#include "bench/path_relay.h"
#include "bench/stop.h"
#include "common/log.h"
#include "common/own_path.h"
#include "common/process.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_ADDRESS = (int)0xc0a86a01, VM_ADDRESS = (int)0xc0a86a02, JSON_MAX = 4096 };

const char *const path_kind_names[] = {"cable", "passt", "helper", "helper:offload", "veth", NULL};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Work in a namespace and come back: enter() ... leave(). */
static int enter(int namespace_fd)
{
    int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    if (before >= 0 && path_namespace_enter(namespace_fd) < 0)
        close_fd(&before);
    return before;
}

static int leave(int before)
{
    int result = path_namespace_enter(before);

    close(before);
    return result;
}

/* The line of JSON that the helper prints when it is ready. */
static int read_mac(int fd, uint8_t *mac)
{
    char line[JSON_MAX + 1];
    size_t used = 0;
    double end = process_clock() + 30;

    while (used < JSON_MAX && process_clock() < end && !stop_wanted()) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, 100) <= 0)
            continue;
        ssize_t count = read(fd, line + used, JSON_MAX - used);
        if (count <= 0)
            break;
        used += (size_t)count;
        if (memchr(line, '\n', used))
            break;
    }
    line[used] = '\0';
    cJSON *json = cJSON_Parse(line);
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(json, "vmnet_mac_address");
    int result = cJSON_IsString(text) ? mac_parse(text->valuestring, mac) : -1;
    cJSON_Delete(json);
    return result;
}

/* Why the helper did not start: its last line. */
static void show_log(int log)
{
    char text[2048];
    off_t end = lseek(log, 0, SEEK_END);
    off_t most = sizeof(text) - 1;
    ssize_t length = pread(log, text, sizeof(text) - 1, end > most ? end - most : 0);

    while (length > 0 && text[length - 1] == '\n')
        length--;
    text[length > 0 ? length : 0] = '\0';
    const char *line = strrchr(text, '\n');
    log_error("bench", "vmnet-helper did not start: %s", line ? line + 1 : text);
}

/* Start vmnet-helper in the current namespace, with its end of the socket. */
static int start_helper(struct path_cable *cable, int socket, uint8_t *mac)
{
    char path[PATH_MAX];
    const char *argv[16] = {path, "--fd", "3", "--parent-liveness-fd", "4", "--operation-mode", "host"};
    int out[2], alive[2], count = 7;

    if (cable->kind == PATH_HELPER_OFFLOAD) {
        argv[count++] = "--enable-tso";
        argv[count++] = "--enable-checksum-offload";
    }
    if (own_sibling("vmnet-helper", path, sizeof(path)) < 0 || pipe2(out, O_CLOEXEC) < 0)
        return -1;
    if (pipe2(alive, O_CLOEXEC) < 0) {
        close(out[0]);
        close(out[1]);
        return -1;
    }
    cable->liveness = alive[1];
    cable->log = memfd_create("vmnet-helper.log", MFD_CLOEXEC);
    struct process_options options = {
        .argv = argv, .fds = {-1, out[1], cable->log, socket, alive[0]}, .fd_count = 5, .new_group = true};
    cable->carrier = process_start(&options);
    int error = errno;
    close(out[1]);
    close(alive[0]);
    int result = cable->carrier > 0 ? read_mac(out[0], mac) : -1;
    close(out[0]);
    if (cable->carrier < 0)
        log_error("bench", "cannot start \"%s\": %s", path, strerror(error));
    else if (result < 0 && !stop_wanted())
        show_log(cable->log);
    return result;
}

/* passt is no switch: it makes connections of its own, to this namespace's addresses, and takes those to
 * its ports for the VM. It wants an interface with a default route. */
static int start_passt(struct path_cable *cable, int socket)
{
    static const char *const argv[] = {"passt", "--quiet", "--foreground", "--fd", "3", "--ipv4-only", "-a",
                                       PATH_VM_ADDRESS, "-n", "255.255.255.0", "-g", PATH_HOST_ADDRESS, "-t", "5201",
                                       "-u", "5299", NULL};
    static const char *const route[] = {"ip", "route", "add", "default", "dev", "h0", NULL};
    struct process_options options = {.argv = argv, .fds = {-1, -1, -1, socket}, .fd_count = 4, .new_group = true,
                                      .die_with_parent = true};

    cable->vm_address = "127.0.0.1";
    cable->host_tap = path_tap_open("h0", NULL, false);
    if (cable->host_tap < 0 || path_address_set("h0", 0x0a4d0001) < 0 || process_run(route, NULL) != 0)
        return -1;
    cable->carrier = process_start(&options);
    if (cable->carrier < 0)
        log_error("bench", "cannot start passt: %s", strerror(errno));
    return cable->carrier < 0 ? -1 : 0;
}

static int start_reference(struct path_cable *cable, int socket)
{
    cable->host_tap = path_tap_open("h0", NULL, false);
    if (cable->host_tap < 0 || path_bridge_make("br0", "h0") < 0 || path_address_set("br0", (uint32_t)HOST_ADDRESS) < 0)
        return -1;
    cable->carrier = path_cable_start(cable->host_tap, socket);
    return cable->carrier < 0 ? -1 : 0;
}

/* The host's side, in its namespace. */
static int start_host_side(struct path_cable *cable, int socket, uint8_t *mac)
{
    int before = enter(cable->host);
    if (before < 0)
        return -1;
    int result = cable->kind == PATH_CABLE   ? start_reference(cable, socket)
                 : cable->kind == PATH_PASST ? start_passt(cable, socket)
                                             : start_helper(cable, socket, mac);
    return leave(before) < 0 ? -1 : result;
}

static int start_vm_side(struct path_cable *cable, int socket, const uint8_t *mac)
{
    int before = enter(cable->vm);
    if (before < 0)
        return -1;
    bool header = cable->kind == PATH_HELPER_OFFLOAD;
    cable->tap = path_tap_open("vm0", mac, header);
    int result = cable->tap < 0 ? -1 : path_address_set("vm0", (uint32_t)VM_ADDRESS);
    if (result == 0)
        cable->peer = cable->kind == PATH_PASST ? path_stream_peer_start(cable->tap, socket)
                                                : path_peer_start(cable->tap, socket, header);
    return leave(before) < 0 || cable->peer < 0 ? -1 : result;
}

static int start_relayed(struct path_cable *cable)
{
    uint8_t mac[MAC_SIZE] = {0x02, 0, 0, 0, 0, 2};
    int ends[2];

    if (socketpair(AF_UNIX, (cable->kind == PATH_PASST ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    int result = start_host_side(cable, ends[0], mac);
    close(ends[0]);
    if (result == 0)
        result = start_vm_side(cable, ends[1], mac);
    close(ends[1]);
    return result;
}

static int start_veth(struct path_cable *cable)
{
    int before = enter(cable->host), result = -1;

    if (before < 0)
        return -1;
    if (path_veth_make("h0", "vm0", cable->vm) == 0 && path_address_set("h0", (uint32_t)HOST_ADDRESS) == 0 &&
        path_namespace_enter(cable->vm) == 0)
        result = path_address_set("vm0", (uint32_t)VM_ADDRESS);
    return leave(before) < 0 ? -1 : result;
}

bool path_kind_is_there(enum path_kind kind)
{
    static const char *const argv[] = {"passt", "--version", NULL};
    char *output = NULL;

    if (kind != PATH_PASST)
        return true;
    bool there = process_run(argv, &output) == 0;
    free(output);
    return there;
}

int path_cable_start_kind(struct path_cable *cable, enum path_kind kind)
{
    *cable = (struct path_cable){.kind = kind, .carrier = -1, .peer = -1, .tap = -1, .host_tap = -1, .liveness = -1,
                                  .log = -1, .vm_address = PATH_VM_ADDRESS};
    cable->host = path_namespace_create();
    cable->vm = cable->host < 0 ? -1 : path_namespace_create();
    int result = cable->vm < 0 ? -1 : kind == PATH_VETH ? start_veth(cable) : start_relayed(cable);
    if (result < 0) {
        if (!stop_wanted())
            log_error("bench", "cannot make the path \"%s\"", path_kind_names[kind]);
        path_cable_stop(cable);
    }
    return result;
}

void path_cable_stop(struct path_cable *cable)
{
    close_fd(&cable->liveness);
    if (cable->peer > 0) {
        kill(cable->peer, SIGKILL);
        process_wait(cable->peer, -1);
    }
    if (cable->carrier > 0)
        process_end(cable->carrier, cable->kind == PATH_CABLE ? 0 : 10);
    cable->peer = cable->carrier = -1;
    close_fd(&cable->tap);
    close_fd(&cable->host_tap);
    close_fd(&cable->host);
    close_fd(&cable->vm);
    close_fd(&cable->log);
}

struct usage path_cable_usage(const struct path_cable *cable)
{
    struct usage usage = {0};
    char log[64] = "";

    if (cable->log >= 0) {
        snprintf(log, sizeof(log), "/proc/self/fd/%d", cable->log);
        usage_ask(cable->carrier);
        stop_pause(0.1);
    }
    usage_add(&usage, cable->carrier > 0 ? cable->carrier : 0, log);
    return usage;
}
