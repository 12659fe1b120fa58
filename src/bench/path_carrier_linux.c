#include "bench/path_carrier.h"
#include "bench/benchmark_networks.h"
#include "bench/path_namespace.h"
#include "bench/path_peer.h"
#include "bench/path_reference.h"
#include "bench/stop.h"
#include "common/log.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { JSON_MAX = 4096, IPERF_PORT = 5201, UDP_PORT = 5299 };

void path_carrier_last_line(int log, char *line, size_t size)
{
    char text[2048];
    off_t end = lseek(log, 0, SEEK_END), most = sizeof(text) - 1;
    ssize_t length = pread(log, text, sizeof(text) - 1, end > most ? end - most : 0);

    while (length > 0 && text[length - 1] == '\n')
        length--;
    text[length > 0 ? length : 0] = '\0';
    const char *last = strrchr(text, '\n');
    last = last ? last + 1 : text;
    text_printable(line, size, last, strlen(last));
}

static int new_log(void)
{
    return memfd_create("carrier.log", MFD_CLOEXEC);
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

int path_carrier_helper(struct path_vm *vm, enum path_kind kind, int socket, uint8_t *mac)
{
    char path[PATH_MAX], line[300];
    const char *argv[16] = {path, "--fd", "3", "--parent-liveness-fd", "4", "--operation-mode", "host"};
    int out[2], alive[2], count = 7;

    if (kind == PATH_HELPER_GUARD)
        argv[count++] = "--guard";
    if (kind == PATH_HELPER_OFFLOAD) {
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
    vm->liveness = alive[1];
    vm->log = new_log();
    struct process_options options = {
        .argv = argv, .fds = {-1, out[1], vm->log, socket, alive[0]}, .fd_count = 5, .new_group = true};
    vm->carrier = process_start(&options);
    int error = errno;
    close(out[1]);
    close(alive[0]);
    int result = vm->carrier > 0 ? read_mac(out[0], mac) : -1;
    close(out[0]);
    if (vm->carrier < 0) {
        log_error("bench", "cannot start \"%s\": %s", path, strerror(error));
    } else if (result < 0 && !stop_wanted()) {
        path_carrier_last_line(vm->log, line, sizeof(line));
        log_error("bench", "vmnet-helper did not start: %s", line);
    }
    return result;
}

/* Processes that are network stacks and not switches make connections of their own, to this namespace's addresses. They
 * want an interface with a default route, be there what may behind it. */
static int make_uplink(struct path_vm *vm)
{
    static const char *const route[] = {"ip", "route", "add", "default", "dev", "h0", NULL};

    vm->host_tap = path_tap_open("h0", NULL, false);
    return vm->host_tap < 0 || path_address_set("h0", 0x0a4d0001) < 0 || process_run(route, NULL) != 0 ? -1 : 0;
}

static int start(struct path_vm *vm, const char *const *argv, int socket)
{
    vm->log = new_log();
    struct process_options options = {.argv = argv, .fds = {-1, vm->log, vm->log, socket}, .new_group = true,
                                      .fd_count = socket < 0 ? 3 : 4, .die_with_parent = true};
    vm->carrier = process_start(&options);
    if (vm->carrier < 0)
        log_error("bench", "cannot start \"%s\": %s", argv[0], strerror(errno));
    return vm->carrier < 0 ? -1 : 0;
}

int path_carrier_passt(struct path_vm *vm, int socket)
{
    const char *const argv[] = {"passt", "--quiet", "--foreground", "--fd", "3", "--ipv4-only", "-a", vm->vm_address,
                                "-n", "255.255.255.0", "-g", PATH_HOST_ADDRESS, "-t", "5201", "-u", "5201,5299", NULL};

    text_copy(vm->address, sizeof(vm->address), "127.0.0.1");
    return make_uplink(vm) < 0 ? -1 : start(vm, argv, socket);
}

int path_carrier_cable(struct path_vm *vm, unsigned number, int socket)
{
    char tap[16];

    snprintf(tap, sizeof(tap), "h%u", number);
    vm->host_tap = path_tap_open(tap, NULL, false);
    if (vm->host_tap < 0 || path_bridge_join("br0", tap) < 0)
        return -1;
    vm->carrier = path_reference_start(vm->host_tap, socket);
    return vm->carrier < 0 ? -1 : 0;
}

int path_carrier_peer(struct path_vm *vm, int socket)
{
    vm->host_tap = path_tap_open("h0", NULL, true);
    if (vm->host_tap < 0 || path_address_set("h0", 0xc0a86a01) < 0)
        return -1;
    vm->carrier = path_peer_start(vm->host_tap, socket, FRAMING_DATAGRAM, false);
    return vm->carrier < 0 ? -1 : 0;
}

/* A socket of the VM's that is connected to the command's. */
static int connect_once(const struct path_vm *vm, const char *path, bool stream)
{
    struct sockaddr_un there = {.sun_family = AF_UNIX}, here = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

    text_copy(there.sun_path, sizeof(there.sun_path), path);
    text_format(here.sun_path, sizeof(here.sun_path), "%s/vm.sock", vm->folder);
    /* Datagrams have to have a sender to be answered. */
    if (!stream)
        unlink(here.sun_path);
    if (fd >= 0 && ((!stream && bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0) ||
                    connect(fd, (struct sockaddr *)&there, sizeof(there)) < 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int connect_vm(const struct path_vm *vm, const struct benchmark_network *network, const char *path)
{
    double end = process_clock() + 20;
    char line[300];
    int fd;

    while ((fd = connect_once(vm, path, network->stream)) < 0 && process_clock() < end && !stop_wanted())
        stop_pause(0.05);
    if (fd < 0 && !stop_wanted()) {
        path_carrier_last_line(vm->log, line, sizeof(line));
        log_error("bench", "%s: \"%s\" does not listen at the path that {socket} stands for: %s", network->name,
                  network->command[0], *line ? line : "it says nothing");
    }
    return fd;
}

int path_carrier_command(struct path_vm *vm, const struct benchmark_network *network, int socket, int *vm_socket)
{
    char words[NETWORK_WORDS_MAX][2 * NETWORK_WORD_SIZE], path[128] = "", port[16], udp_port[16];
    const char *argv[NETWORK_WORDS_MAX + 1] = {0};
    bool by_fd = benchmark_network_uses_fd(network);

    snprintf(port, sizeof(port), "%d", IPERF_PORT);
    snprintf(udp_port, sizeof(udp_port), "%d", UDP_PORT);
    if (!by_fd) {
        text_copy(vm->folder, sizeof(vm->folder), "/tmp/vmnet-bench.XXXXXX");
        if (!mkdtemp(vm->folder)) {
            log_error("bench", "cannot make a folder in /tmp: %s", strerror(errno));
            *vm->folder = '\0';
            return -1;
        }
        text_format(path, sizeof(path), "%s/net.sock", vm->folder);
    }
    const struct benchmark_network_places places = {.fd = "3", .socket = path, .port = port, .udp_port = udp_port};
    for (int i = 0; i < network->word_count; i++) {
        if (!benchmark_network_word(network, i, &places, words[i], sizeof(words[i]))) {
            log_error("bench", "%s: a word of its command is too long", network->name);
            return -1;
        }
        argv[i] = words[i];
    }
    if (make_uplink(vm) < 0 || start(vm, argv, by_fd ? socket : -1) < 0)
        return -1;
    if (by_fd)
        return 0;
    int fd = connect_vm(vm, network, path);
    if (fd < 0)
        return -1;
    close(*vm_socket);
    *vm_socket = fd;
    return 0;
}
