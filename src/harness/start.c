/* Theory of operation. A start goes through stages, each of which needs the ones before:
 *
 *     image     from the cache, or built now. Still in the caller's network, which has the packages
 *     folder    keys, disk
 *     network   into the namespace; the helper; its JSON tells the MAC address
 *     seed      which names the MAC address
 *     machine   QEMU
 *     boot      address, login
 *
 * The state is saved before the first process starts, and a program does not begin before its pid is in it: whenever
 * this command dies, the next one finds who runs. A failure undoes what was done: processes end, and a folder that this
 * start made goes again unless it holds logs that tell why. */
#include "harness/start.h"
#include "harness/architecture.h"
#include "harness/boot.h"
#include "harness/cidata.h"
#include "harness/disk.h"
#include "harness/halt.h"
#include "harness/helper_launch.h"
#include "harness/interrupt.h"
#include "harness/job.h"
#include "harness/machine_launch.h"
#include "harness/message.h"
#include "harness/netns.h"
#include "harness/provision.h"
#include "harness/public_keys.h"
#include "harness/unix_connect.h"
#include "harness/user_data.h"
#include "common/file.h"
#include "common/helper_privilege.h"
#include "common/own_path.h"
#include "common/text.h"
#include "common/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct start {
    struct vm *vm;
    const struct config *config;
    struct image image;
    struct keys keys;
    char *more_keys; /* of --ssh-key */
    int events;     /* events.jsonl, which the helper appends to */
    int pair[2];    /* helper's and VM's end; -1 without */
    bool made_dir;  /* by this start */
    bool has_logs;
};

/* Can this user start a helper at all? Better known before an image is built. */
static int check_privilege(const struct config *config)
{
    if (geteuid() == 0)
        return 0;
    if (config->netns)
        return message_error("--netns needs root; run this with sudo");
    /* A rule for the helper alone is enough, so it is the helper that is asked for. */
    char helper[PATH_MAX];
    struct words words = {0};
    if (own_sibling("vmnet-helper", helper, sizeof(helper)) < 0)
        return message_error("cannot find the programs: %s", strerror(errno));
    if (!helper_needs_sudo(helper))
        return 0;
    words_add(&words, "sudo");
    words_add(&words, "--non-interactive");
    words_add(&words, "%s", helper);
    words_add(&words, "--version");
    struct job job = {.words = &words, .limit = 10};
    int status = job_run(&job);
    words_free(&words);
    if (status == 0 || interrupt_signal())
        return status == 0 ? 0 : -1;
    return message_error("vmnet-helper needs privilege to open a network interface: run this with sudo, or allow the "
                         "helper in /etc/sudoers.d (packaging/sudoers.d has a rule)");
}

/* An image that is not a recipe's is kept by its absolute path. */
static int keep_options(struct start *start)
{
    struct vm *vm = start->vm;
    const char *texts[CONFIG_KEPT];

    for (int i = 0; i < CONFIG_KEPT; i++)
        texts[i] = start->config->texts[i];
    texts[CONFIG_IMAGE] = start->image.name;
    if (!vm->state.created)
        vm->state.created = (long)time(NULL);
    text_copy(vm->state.image_dir, sizeof(vm->state.image_dir), start->image.dir);
    text_copy(vm->state.user, sizeof(vm->state.user), start->image.user);
    return vm_state_keep(&vm->state, texts);
}

/* A disk belongs to one image for good. */
static int check_image(const struct vm *vm, const struct config *config)
{
    char path[PATH_MAX];
    const char *old = vm_option(vm, CONFIG_IMAGE);
    const char *other = strcmp(config->driver->disk_format, "raw") == 0 ? "qcow2" : "raw";

    if (old && access(vm_file(vm, path, disk_name(other)), F_OK) == 0)
        return message_error("VM \"%s\" has a disk in the format %s, which is not for %s; to start over with it: "
                             "vm delete %s", vm->name, other, config->driver->name, vm->name);
    if (!old || access(vm_file(vm, path, disk_name(config->driver->disk_format)), F_OK) < 0)
        return 0;
    const char *kept = vm_option(vm, CONFIG_ARCH), *old_arch = kept ? architecture_find(kept) : NULL;
    const char *wanted = config->arch ? config->arch : architecture_host();
    if (strcmp(old_arch ? old_arch : architecture_host(), wanted) != 0)
        return message_error("VM \"%s\" has a disk for another architecture than %s; to start over: vm delete %s",
                             vm->name, wanted, vm->name);
    if (strcmp(old, config->image) == 0)
        return 0;
    return message_error("VM \"%s\" has a disk with image %s; to start over with %s: vm delete %s", vm->name, old,
                         config->image, vm->name);
}

static int make_folder(struct start *start)
{
    struct vm *vm = start->vm;
    char path[PATH_MAX];

    start->made_dir = !vm->exists;
    if (store_make_dir(vm->store, vm->dir) < 0)
        return -1;
    vm->exists = true;
    if (keys_load(&start->keys, vm) < 0)
        return -1;
    vm_file(vm, path, disk_name(start->config->driver->disk_format));
    if (*start->image.disk && disk_make(vm->store, path, &start->image, start->config->driver->disk_format,
                                        start->config->disk_size) < 0)
        return -1;
    return keep_options(start);
}

/* Where the sockets go: beside the rest, or, where that path is too long for a socket, in /tmp. */
static int choose_run_dir(struct vm *vm)
{
    enum { LONGEST_NAME = 26 }; /* "vfkit-%x-%x.sock" of a pid and 16 bits */
    char dir[] = "/tmp/vmnet-XXXXXX";

    if (strlen(vm->dir) + LONGEST_NAME <= UNIX_PATH_LENGTH) {
        text_copy(vm->state.run_dir, sizeof(vm->state.run_dir), vm->dir);
        return 0;
    }
    if (!mkdtemp(dir))
        return message_error("cannot make a folder in /tmp: %s", strerror(errno));
    owner_give(&vm->store->owner, dir);
    text_copy(vm->state.run_dir, sizeof(vm->state.run_dir), dir);
    return 0;
}

static int open_events(struct start *start)
{
    char path[PATH_MAX];

    vm_file(start->vm, path, "events.jsonl");
    start->events = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (start->events < 0)
        return message_error("cannot write %s: %s", path, strerror(errno));
    owner_give(&start->vm->store->owner, path);
    return 0;
}

/* With vmnet-client the helper starts with the VM, after the seed was written: the address that the
 * helper will make from the interface id. */
static void expect_info(const struct config *config, struct helper_info *info)
{
    uint8_t id[ID_SIZE], mac[MAC_SIZE];

    *info = (struct helper_info){.has_addresses = true};
    id_parse(config->interface_id, id);
    mac_from_seed(id, sizeof(id), mac);
    mac_format(mac, info->mac);
    config_subnet(config, &info->gateway, &info->mask);
}

static int start_helper(struct start *start, struct helper_info *info)
{
    const struct config *config = start->config;

    if (config->netns && netns_enter(config->netns, 1) < 0)
        return -1;
    start->has_logs = true;
    if (config->connection == CONNECTION_CLIENT) {
        expect_info(config, info);
        return 0;
    }
    if (config->connection == CONNECTION_FD && socketpair(AF_UNIX, SOCK_DGRAM, 0, start->pair) < 0)
        return message_error("cannot make a socket pair: %s", strerror(errno));
    message_progress(start->vm->store->started, "starting vmnet-helper");
    return helper_launch(start->vm, config, start->pair[0], start->events, info);
}

static int write_seed(struct start *start, const struct helper_info *info)
{
    const struct config *config = start->config;
    struct cidata cidata = {
        .name = start->vm->name, .user = start->image.user, .mac = info->mac,
        .user_public = start->keys.user_public, .host_private = start->keys.host_private,
        .host_public = start->keys.host_public, .is_static = config->has_ip, .has_route = !config->host_mode,
        .ip = config->ip, .gateway = info->gateway, .mask = info->mask, .more_keys = start->more_keys,
        .packages = start->image.packages, .user_data = config->cloud_init, .dns = config->dns,
        .dns_count = config->dns_count,
    };

    if (config->has_ip && !info->has_addresses)
        return message_error("--ip-address: the helper did not tell the subnet's addresses");
    return cidata_write(&cidata, start->vm->store, start->vm->dir);
}

static int start_machine(struct start *start, const struct helper_info *info)
{
    struct vm *vm = start->vm;

    text_copy(vm->state.mac, sizeof(vm->state.mac), info->mac);
    if (start->config->has_ip)
        ipv4_format(start->config->ip, vm->state.ip);
    else
        vm->state.ip[0] = '\0';
    if (vm_save(vm) < 0 || write_seed(start, info) < 0)
        return -1;
    message_progress(vm->store->started, "starting %s with image %s", start->config->driver->name, start->image.name);
    vm->state.started = (long)time(NULL);
    return machine_launch(vm, start->config, &start->image, start->pair[1], start->events);
}

static int run_stages(struct start *start)
{
    struct vm *vm = start->vm;
    struct helper_info info = {0};
    const struct image_request request = {
        .name = start->config->image, .arch = start->config->arch, .checksum = start->config->texts[CONFIG_SHA256],
        .mirror = start->config->texts[CONFIG_MIRROR], .used_dir = vm->state.image_dir,
    };

    /* Whatever the user wrote is read before anything is made. */
    start->more_keys = public_keys_read(start->config->ssh_keys);
    if (!start->more_keys || (start->config->cloud_init && user_data_check(start->config->cloud_init) < 0))
        return -1;
    if (check_privilege(start->config) < 0 || check_image(vm, start->config) < 0 ||
        image_prepare(&start->image, vm->store, &request) < 0)
        return -1;
    if (make_folder(start) < 0 || choose_run_dir(vm) < 0 || vm_save(vm) < 0 || open_events(start) < 0)
        return -1;
    if (start_helper(start, &info) < 0 || start_machine(start, &info) < 0)
        return -1;
    /* Only the two processes hold the ends now: each sees the other's end. */
    for (int i = 0; i < 2; i++)
        if (start->pair[i] >= 0) {
            close(start->pair[i]);
            start->pair[i] = -1;
        }
    if (boot_wait(vm, &start->keys, (double)start->config->timeout, start->config->wait_login) < 0)
        return -1;
    /* A guest that lives in memory has forgotten it. */
    if (start->config->provision && provision_run(vm, start->config->provision, *start->image.disk != 0) < 0)
        return -1;
    return vm_save(vm);
}

static void undo(struct start *start)
{
    struct vm *vm = start->vm;

    if (interrupt_signal())
        message_progress(vm->store->started, "interrupted; stopping what was started");
    interrupt_forget();
    if (!vm->exists)
        return;
    int halted = vm_halt(vm, false, 0);
    /* Logs tell why, but not that the disk is full: then space is worth more. */
    bool keep = !start->made_dir || (start->has_logs && !store_is_full(vm->dir)) || halted < 0;
    if (keep)
        vm_save(vm);
    else if (file_remove_tree(vm->dir) < 0)
        message_error("cannot remove %s: %s", vm->dir, strerror(errno));
}

int vm_start(struct vm *vm, const struct config *config)
{
    struct start start = {.vm = vm, .config = config, .events = -1, .pair = {-1, -1}};

    int result = run_stages(&start);
    int signal_number = interrupt_signal();
    if (result < 0)
        undo(&start);
    if (vm->exists)
        owner_give(&vm->store->owner, vm->dir);
    if (signal_number)
        interrupt_restore(signal_number);
    for (int i = 0; i < 2; i++)
        if (start.pair[i] >= 0)
            close(start.pair[i]);
    if (start.events >= 0)
        close(start.events);
    free(start.more_keys);
    keys_free(&start.keys);
    image_free(&start.image);
    return result;
}
