/* vfkit: Apple's Virtualization framework. Its socket to the helper lies beside the helper's, and its first
 * datagram is VFKT unless it is told otherwise. https://github.com/crc-org/vfkit/blob/main/doc/usage.md */
#include "harness/driver.h"

static const char *program(const struct machine *machine)
{
    return "vfkit";
}

static void add_network(const struct machine *machine, struct words *words)
{
    words_add(words, "--device");
    if (machine->network_fd >= 0)
        words_add(words, "virtio-net,fd=%d,mac=%s", machine->network_fd, machine->mac);
    else if (machine->magic)
        words_add(words, "virtio-net,unixSocketPath=%s,mac=%s", machine->network_path, machine->mac);
    else
        words_add(words, "virtio-net,type=unixgram,path=%s,mac=%s,vfkitMagic=off", machine->network_path, machine->mac);
}

static void add_boot(const struct machine *machine, struct words *words)
{
    if (!machine->kernel) {
        words_add(words, "--bootloader");
        words_add(words, "efi,variable-store=%s,create", machine->efi_store);
        return;
    }
    /* These take the text as it is, where the lists of --bootloader would need quotes in it. */
    driver_add_pair(words, "--kernel", machine->kernel);
    driver_add_pair(words, "--initrd", machine->initrd);
    words_add(words, "--kernel-cmdline");
    /* There is no serial port but virtio's. */
    words_add(words, "%s console=hvc0", machine->cmdline);
}

static void add_disk(struct words *words, const char *path)
{
    words_add(words, "--device");
    words_add(words, "virtio-blk,path=%s", path);
}

static void words_of(const struct machine *machine, struct words *words)
{
    words_add(words, "%s", machine->program);
    words_add(words, "--cpus");
    words_add(words, "%lu", machine->cpus);
    words_add(words, "--memory");
    words_add(words, "%lu", machine->memory);
    add_boot(machine, words);
    if (machine->disk)
        add_disk(words, machine->disk);
    add_disk(words, machine->cidata);
    for (int i = 0; i < machine->extra_count; i++)
        add_disk(words, machine->extra[i].path);
    words_add(words, "--device");
    words_add(words, "virtio-serial,logFilePath=%s", machine->serial_log);
    driver_add_pair(words, "--device", "virtio-rng");
    add_network(machine, words);
}

const struct driver driver_vfkit = {
    .name = "vfkit", .remedy = "brew install vfkit", .disk_format = "raw", .boots_kernel = true,
    .can_magic = true, .magic_by_default = true, .separator = ',', .program = program, .words = words_of,
};
