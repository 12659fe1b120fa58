#include "bench/path_cable.h"
#include "bench/path_carrier.h"
#include "bench/path_namespace.h"
#include "bench/path_peer.h"
#include "bench/stop.h"
#include "common/file.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static uint32_t address_of(const char *text)
{
    struct in_addr address = {0};

    inet_pton(AF_INET, text, &address);
    return ntohl(address.s_addr);
}

/* The host's side, in its namespace. */
static int start_host_side(struct path_cable *cable, unsigned number, int ends[2], uint8_t *mac)
{
    struct path_vm *vm = &cable->vms[number];
    int before = enter(cable->host), result;

    if (before < 0)
        return -1;
    switch (cable->kind) {
    case PATH_CABLE:
        result = path_carrier_cable(vm, number, ends[0]);
        if (result == 0 && number == 0)
            result = path_address_set("br0", address_of(cable->host_address));
        break;
    case PATH_PASST:
        result = path_carrier_passt(vm, ends[0]);
        break;
    case PATH_COMMAND:
        result = path_carrier_command(vm, cable->network, ends[0], &ends[1]);
        break;
    case PATH_PEERS:
        result = path_carrier_peer(vm, ends[0]);
        break;
    default:
        result = path_carrier_helper(vm, cable->kind, ends[0], mac);
    }
    return leave(before) < 0 ? -1 : result;
}

static bool is_stream(const struct path_cable *cable)
{
    return cable->kind == PATH_PASST || (cable->kind == PATH_COMMAND && cable->network->stream);
}

static int start_vm_side(const struct path_cable *cable, struct path_vm *vm, int socket, const uint8_t *mac)
{
    enum framing framing = is_stream(cable) ? FRAMING_STREAM : FRAMING_DATAGRAM;
    int before = enter(vm->namespace);

    if (before < 0)
        return -1;
    vm->tap = path_tap_open("vm0", mac, true);
    int result = vm->tap < 0 ? -1 : path_address_set("vm0", address_of(vm->vm_address));
    if (result == 0)
        vm->peer = path_peer_start(vm->tap, socket, framing, cable->kind == PATH_HELPER_OFFLOAD);
    return leave(before) < 0 || vm->peer < 0 ? -1 : result;
}

static int start_relayed(struct path_cable *cable, unsigned number)
{
    uint8_t mac[MAC_SIZE] = {0x02, 0, 0, 0, 0, (uint8_t)(2 + number)};
    int ends[2];

    if (socketpair(AF_UNIX, (is_stream(cable) ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    int result = start_host_side(cable, number, ends, mac);
    close(ends[0]);
    if (result == 0)
        result = start_vm_side(cable, &cable->vms[number], ends[1], mac);
    close(ends[1]);
    return result;
}

/* One pair is the limit of the kernel; several VMs need a bridge. */
static int start_veth(struct path_cable *cable, unsigned number)
{
    const struct path_vm *vm = &cable->vms[number];
    int before = enter(cable->host), result = -1;
    char name[16];

    if (before < 0)
        return -1;
    snprintf(name, sizeof(name), "h%u", number);
    if (path_veth_make(name, "vm0", vm->namespace) < 0 || path_link_up(name) < 0)
        result = -1;
    else if (cable->vm_count == 1)
        result = path_address_set(name, address_of(cable->host_address));
    else if ((result = path_bridge_join("br0", name)) == 0 && number == 0)
        result = path_address_set("br0", address_of(cable->host_address));
    if (result == 0 && (result = path_namespace_enter(vm->namespace)) == 0)
        result = path_address_set("vm0", address_of(vm->vm_address));
    return leave(before) < 0 ? -1 : result;
}

enum path_kind path_kind_of(const struct matrix_setup *setup)
{
    const struct path_way *way = path_way_find(setup->key.driver);

    if (setup->network->word_count)
        return PATH_COMMAND;
    return way ? path_way_kind(way) : PATH_VETH; /* the network of this name */
}

bool path_kind_is_there(enum path_kind kind, const struct benchmark_network *network, char *reason, size_t size)
{
    const char *program = kind == PATH_PASST ? "passt" : network->command[0];
    const char *const argv[] = {"sh", "-c", "command -v -- \"$1\"", "sh", program, NULL};
    char *output = NULL;

    if (kind != PATH_PASST && kind != PATH_COMMAND)
        return true;
    bool there = process_run(argv, &output) == 0;
    free(output);
    if (!there)
        text_format(reason, size, "%s is not installed", program);
    return there;
}

static void init(struct path_cable *cable, const struct matrix_setup *setup)
{
    *cable = (struct path_cable){.kind = path_kind_of(setup), .network = setup->network, .host = -1};
    bool is_command = cable->kind == PATH_COMMAND;
    text_copy(cable->host_address, sizeof(cable->host_address),
              is_command ? setup->network->host_address : PATH_HOST_ADDRESS);
    cable->vm_count = setup->key.vms;
    for (unsigned i = 0; i < cable->vm_count; i++) {
        struct path_vm *vm = &cable->vms[i];
        *vm = (struct path_vm){
            .namespace = -1, .carrier = -1, .peer = -1, .tap = -1, .host_tap = -1, .liveness = -1, .log = -1};
        if (is_command)
            text_copy(vm->vm_address, sizeof(vm->vm_address), setup->network->vm_address);
        else
            text_format(vm->vm_address, sizeof(vm->vm_address), "192.168.106.%u", 2 + i);
        text_copy(vm->address, sizeof(vm->address), is_command ? setup->network->address : vm->vm_address);
    }
}

int path_cable_start_kind(struct path_cable *cable, const struct matrix_setup *setup)
{
    init(cable, setup);
    cable->host = path_namespace_create();
    int result = cable->host < 0 ? -1 : 0;
    for (unsigned i = 0; i < cable->vm_count && result == 0; i++) {
        cable->vms[i].namespace = path_namespace_create();
        if (cable->vms[i].namespace < 0 || stop_wanted())
            result = -1;
        else
            result = cable->kind == PATH_VETH ? start_veth(cable, i) : start_relayed(cable, i);
    }
    if (result < 0) {
        if (!stop_wanted())
            log_error("bench", "cannot make %s/%s-%s-%u", setup->key.network, setup->key.mode, setup->key.driver,
                      setup->key.vms);
        path_cable_stop(cable);
    }
    return result;
}

static void stop_vm(struct path_vm *vm, bool at_once)
{
    close_fd(&vm->liveness);
    if (vm->peer > 0) {
        kill(vm->peer, SIGKILL);
        process_wait(vm->peer, -1);
    }
    if (vm->carrier > 0)
        process_end(vm->carrier, at_once ? 0 : 10);
    vm->peer = vm->carrier = -1;
    close_fd(&vm->tap);
    close_fd(&vm->host_tap);
    close_fd(&vm->namespace);
    close_fd(&vm->log);
    if (*vm->folder)
        file_remove_tree(vm->folder);
    *vm->folder = '\0';
}

void path_cable_stop(struct path_cable *cable)
{
    for (unsigned i = 0; i < cable->vm_count; i++)
        stop_vm(&cable->vms[i], cable->kind == PATH_CABLE || cable->kind == PATH_PEERS);
    if (cable->vm_count)
        close_fd(&cable->host);
    cable->vm_count = 0;
}

struct usage path_cable_usage(const struct path_cable *cable)
{
    bool has_log = cable->kind >= PATH_HELPER && cable->kind <= PATH_HELPER_OFFLOAD;
    struct usage usage = {0};

    for (unsigned i = 0; i < cable->vm_count && has_log; i++)
        usage_ask(cable->vms[i].carrier);
    if (has_log)
        stop_pause(0.1);
    for (unsigned i = 0; i < cable->vm_count; i++) {
        const struct path_vm *vm = &cable->vms[i];
        char log[64] = "";
        if (has_log)
            snprintf(log, sizeof(log), "/proc/self/fd/%d", vm->log);
        usage_add(&usage, vm->carrier > 0 ? vm->carrier : 0, log);
    }
    return usage;
}

void path_cable_last_line(const struct path_cable *cable, char *line, size_t size)
{
    *line = '\0';
    for (unsigned i = 0; i < cable->vm_count && !*line; i++)
        if (cable->vms[i].log >= 0)
            path_carrier_last_line(cable->vms[i].log, line, size);
}
