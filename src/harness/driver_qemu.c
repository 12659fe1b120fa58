/* QEMU, on every system. */
#include "harness/driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value in QEMU's comma separated lists: its commas are doubled. */
static char *value(const char *text)
{
    char *escaped = malloc(2 * strlen(text) + 1), *out = escaped;

    for (; escaped && *text; text++) {
        *out++ = *text;
        if (*text == ',')
            *out++ = ',';
    }
    if (escaped)
        *out = '\0';
    return escaped;
}

/* Add "FLAG" and then the format, whose %s is the escaped path. */
static void add_with_path(struct words *words, const char *flag, const char *before, const char *path,
                          const char *after)
{
    char *escaped = value(path);

    words_add(words, "%s", flag);
    if (escaped)
        words_add(words, "%s%s%s", before, escaped, after);
    else
        words->failed = true;
    free(escaped);
}

static void add_processor(const struct machine *machine, struct words *words)
{
    static const char *const accelerators[] = {
        /* Measured: one thread a processor, and room for the translated code of a whole boot. */
        [ACCELERATOR_TCG] = "tcg,thread=multi,tb-size=256",
        [ACCELERATOR_KVM] = "kvm",
        [ACCELERATOR_HVF] = "hvf",
    };
    bool emulated = machine->accelerator == ACCELERATOR_TCG;

    driver_add_pair(words, "-machine", machine->is_arm64 ? "virt" : "q35");
    driver_add_pair(words, "-accel", accelerators[machine->accelerator]);
    /* Emulation of newer features (AVX, five levels of page tables) costs seconds at each boot. */
    driver_add_pair(words, "-cpu", !emulated ? "host" : machine->is_arm64 ? "cortex-a72" : "Nehalem");
    words_add(words, "-smp");
    words_add(words, "%lu", machine->cpus);
    words_add(words, "-m");
    words_add(words, "%lu", machine->memory);
}

static void add_extra_disk(const struct machine_disk *disk, int number, struct words *words)
{
    char before[80];

    snprintf(before, sizeof(before), "if=none,id=extra%d,format=%s,file=", number, disk->format);
    add_with_path(words, "-drive", before, disk->path, "");
    words_add(words, "-device");
    words_add(words, "virtio-blk-pci,drive=extra%d", number);
}

static void add_boot(const struct machine *machine, struct words *words)
{
    if (machine->kernel) {
        driver_add_pair(words, "-kernel", machine->kernel);
        driver_add_pair(words, "-initrd", machine->initrd);
        driver_add_pair(words, "-append", machine->cmdline);
    } else if (machine->firmware) {
        driver_add_pair(words, "-bios", machine->firmware);
    }
    if (machine->disk) {
        add_with_path(words, "-drive", "if=none,id=disk,format=qcow2,discard=unmap,file=", machine->disk, "");
        driver_add_pair(words, "-device", "virtio-blk-pci,drive=disk,bootindex=1");
    }
    add_with_path(words, "-drive", "if=none,id=cidata,format=raw,readonly=on,file=", machine->cidata, "");
    driver_add_pair(words, "-device", "virtio-blk-pci,drive=cidata");
    for (int i = 0; i < machine->extra_count; i++)
        add_extra_disk(&machine->extra[i], i, words);
}

static void add_lines(const struct machine *machine, struct words *words)
{
    char *log = value(machine->serial_log), *tail = NULL;

    if (!log || asprintf(&tail, ",server=on,wait=off,logfile=%s", log) < 0) {
        words->failed = true;
        tail = NULL;
    }
    add_with_path(words, "-chardev", "socket,id=serial,path=", machine->serial_socket, tail ? tail : "");
    driver_add_pair(words, "-serial", "chardev:serial");
    add_with_path(words, "-chardev", "socket,id=monitor,path=", machine->monitor_socket, ",server=on,wait=off");
    driver_add_pair(words, "-mon", "chardev=monitor,mode=control");
    free(log);
    free(tail);
}

static void add_network(const struct machine *machine, struct words *words)
{
    if (machine->network_fd >= 0) {
        words_add(words, "-netdev");
        words_add(words, "dgram,id=net1,local.type=fd,local.str=%d", machine->network_fd);
    } else if (machine->stream) {
        add_with_path(words, "-netdev", "stream,id=net1,server=off,addr.type=unix,addr.path=",
                      machine->network_path, "");
    } else {
        char *own = value(machine->own_path), *tail = NULL;
        if (!own || asprintf(&tail, ",local.type=unix,local.path=%s", own) < 0) {
            words->failed = true;
            tail = NULL;
        }
        add_with_path(words, "-netdev", "dgram,id=net1,remote.type=unix,remote.path=", machine->network_path,
                      tail ? tail : "");
        free(own);
        free(tail);
    }
    words_add(words, "-device");
    words_add(words, "virtio-net-pci,netdev=net1,mac=%s,romfile=", machine->mac);
}

static const char *program(const struct machine *machine)
{
    return machine->is_arm64 ? "qemu-system-aarch64" : "qemu-system-x86_64";
}

static void words_of(const struct machine *machine, struct words *words)
{
    words_add(words, "%s", machine->program);
    static const char *const first[] = {"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"};
    for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
        words_add(words, "%s", first[i]);
    add_processor(machine, words);
    add_boot(machine, words);
    add_lines(machine, words);
    driver_add_pair(words, "-device", "virtio-rng-pci");
    add_network(machine, words);
}

const struct driver driver_qemu = {
    .name = "qemu", .remedy = "install qemu-system-x86, or qemu-system-arm for arm64", .disk_format = "qcow2",
    .is_emulator = true,
    .has_monitor = true, .has_console = true, .boots_kernel = true, .can_stream = true,
    .program = program, .words = words_of,
};
