#include "harness/machine_launch.h"
#include "harness/architecture.h"
#include "harness/disk.h"
#include "harness/firmware.h"
#include "harness/helper_launch.h"
#include "harness/message.h"
#include "harness/run_as.h"
#include "common/file.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EVENTS_FD = 3,  /* of vmnet-client */
    NETWORK_FD = 3, /* of the driver's program */
    CLIENT_FD = 4,  /* of the command of vmnet-client */
};

/* The paths that struct machine points to. */
struct paths {
    struct extra_disks extra;
    char disk[PATH_MAX], efi_store[PATH_MAX], cidata[PATH_MAX], serial_socket[PATH_MAX], serial_log[PATH_MAX],
        monitor[PATH_MAX], network[PATH_MAX], own[PATH_MAX];
};

static int choose_accelerator(const struct vm *vm, const struct driver *driver, const struct image *image,
                              struct machine *machine)
{
    char reason[160];

    if (!driver->is_emulator)
        return architecture_is_host(image->arch) ? 0 : message_error("%s cannot run an image for %s on this machine; "
                                                                     "use --driver qemu", driver->name, image->arch);
    if (architecture_is_host(image->arch)) {
        machine->accelerator = accelerator_find(reason, sizeof(reason));
    } else {
        machine->accelerator = ACCELERATOR_TCG;
        text_format(reason, sizeof(reason), "the image is for %s", image->arch);
    }
    if (machine->accelerator == ACCELERATOR_TCG)
        message_progress(vm->store->started, "running emulated (TCG): %s", reason);
    return 0;
}

/* A disk without kernel is started by firmware: arm64 machines of QEMU bring none, others a BIOS. */
static int choose_firmware(const struct driver *driver, const struct image *image, struct machine *machine)
{
    if (!driver->is_emulator || machine->kernel || !(machine->is_arm64 || image->needs_uefi))
        return 0;
    machine->firmware = firmware_efi(machine->is_arm64);
    return machine->firmware ? 0 : message_error("there is no EFI to start the image with; %s",
                                                 firmware_remedy(machine->is_arm64));
}

static int describe(const struct vm *vm, const struct config *config, const struct image *image,
                     struct paths *paths, struct machine *machine)
{
    const struct driver *driver = config->driver;

    *machine = (struct machine){
        .cpus = config->cpus ? config->cpus : *image->disk ? 2 : 1,
        .memory = config->memory ? config->memory : *image->disk ? 1024 : 256,
        .kernel = *image->kernel ? image->kernel : NULL,
        .initrd = image->initrd,
        .cmdline = image->cmdline,
        .disk = *image->disk ? vm_file(vm, paths->disk, disk_name(driver->disk_format)) : NULL,
        .efi_store = vm_file(vm, paths->efi_store, "efi-variable-store"),
        .cidata = vm_file(vm, paths->cidata, "cidata.iso"),
        .mac = vm->state.mac,
        .serial_socket = vm_socket(vm, paths->serial_socket, "serial.sock"),
        .serial_log = vm_file(vm, paths->serial_log, "serial.log"),
        .monitor_socket = vm_socket(vm, paths->monitor, "monitor.sock"),
        .network_fd = -1,
        .network_path = vm_socket(vm, paths->network, "vmnet.sock"),
        .own_path = vm_socket(vm, paths->own, "qemu.sock"),
        .stream = config->connection == CONNECTION_STREAM,
        .magic = config->magic,
        .offloading = config->offloading,
    };
    if (disk_extra(vm, config->disks, driver->disk_format, &paths->extra) < 0)
        return -1;
    for (int i = 0; i < paths->extra.count; i++)
        machine->extra[machine->extra_count++] =
            (struct machine_disk){.path = paths->extra.paths[i], .format = paths->extra.formats[i]};
    machine->is_arm64 = strcmp(image->arch, "arm64") == 0;
    if (choose_accelerator(vm, driver, image, machine) < 0 || choose_firmware(driver, image, machine) < 0)
        return -1;
    machine->program = config->program ? config->program : driver->program(machine);
    return driver_check(driver, machine);
}

/* vmnet-client with the helper's options, as far as the command. notify: with --notify-fd. */
static int add_client(const struct config *config, bool notify, struct words *words)
{
    char path[PATH_MAX];

    if (own_sibling("vmnet-client", path, sizeof(path)) < 0)
        return message_error("cannot find the programs: %s", strerror(errno));
    words_add(words, "%s", path);
    if (notify) {
        words_add(words, "--notify-fd");
        words_add(words, "%d", EVENTS_FD);
    }
    config_add_helper_options(config, words);
    words_add(words, "--");
    return 0;
}

/* DRIVER.command: a script for people, who have no socket pair at hand; vmnet-client makes one. */
static int write_command(const struct vm *vm, const struct config *config, struct machine machine)
{
    struct words words = {0};
    char path[PATH_MAX], *script = NULL;

    if (config->netns) {
        words_add(&words, "ip");
        words_add(&words, "netns");
        words_add(&words, "exec");
        words_add(&words, "%s", config->netns);
    }
    machine.network_fd = CLIENT_FD;
    machine.stream = false;
    int result = add_client(config, false, &words);
    config->driver->words(&machine, &words);
    char *text = result == 0 && !words.failed ? words_quoted(&words, true) : NULL;
    if (text && asprintf(&script, "#!/bin/sh\n# The VM \"%s\", without the harness.\nexec %s\n", vm->name, text) < 0)
        script = NULL;
    if (result == 0)
        result = script ? store_write(vm->store, vm_driver_file(vm, path, "command"), script)
                        : message_error("not enough memory");
    if (result == 0)
        chmod(path, 0700);
    free(text);
    free(script);
    words_free(&words);
    return result;
}

/* Written down before it runs, for the command after one that is killed. */
static int keep_pid(pid_t pid, void *context)
{
    struct vm *vm = context;

    if (identity_of(pid, &vm->state.machine) < 0)
        vm->state.machine = (struct identity){.pid = pid};
    return vm_save(vm);
}

static int start(struct vm *vm, const struct words *words, int extra)
{
    char log_path[PATH_MAX], remedy[128];

    text_format(remedy, sizeof(remedy), "; %s", vm_driver(vm)->remedy);
    const char *const *argv = words_argv(words);

    vm_driver_file(vm, log_path, "log");
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log < 0)
        message_error("cannot write %s: %s", log_path, strerror(errno));
    if (!argv || log < 0) {
        if (log >= 0)
            close(log);
        return -1;
    }
    owner_give(&vm->store->owner, log_path);
    struct process_options options = {.argv = argv, .fds = {-1, log, log, extra}, .fd_count = extra < 0 ? 3 : 4,
                                      .new_session = true, .born = keep_pid, .context = vm};
    pid_t pid = process_start(&options);
    int error = errno;
    close(log);
    if (pid > 0)
        return 0;
    vm->state.machine = (struct identity){0};
    /* What cannot be written down was told. */
    return error == ECANCELED ? -1 : message_error("cannot start %s: %s%s", argv[0], strerror(error),
                                                   error == ENOENT ? remedy : "");
}

int machine_launch(struct vm *vm, const struct config *config, const struct image *image, int network_fd, int events)
{
    struct paths paths;
    struct machine machine;
    struct words words = {0};
    bool client = config->connection == CONNECTION_CLIENT;

    if (describe(vm, config, image, &paths, &machine) < 0)
        return -1;
    /* The old log would be taken for this boot's. */
    unlink(paths.serial_log);
    if (write_command(vm, config, machine) < 0)
        return -1;
    machine.network_fd = client ? CLIENT_FD : config->connection == CONNECTION_FD ? NETWORK_FD : -1;
    int result = 0;
    if (client)
        result = add_client(config, true, &words);
    /* Under sudo the VM runs as the user who called it: no guest needs root on the host. */
    if (result == 0)
        result = run_as_add(&vm->store->owner, &words);
    config->driver->words(&machine, &words);
    if (result == 0)
        result = start(vm, &words, client ? events : network_fd);
    words_free(&words);
    return result;
}
