/* vfkit: Apple's Virtualization framework. Its socket to the helper lies beside the helper's, and its first
 * datagram is VFKT unless it is told otherwise. https://github.com/crc-org/vfkit/blob/main/doc/usage.md */
#include "harness/driver_device.h"

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
        device_add_efi(machine, words);
        return;
    }
    /* These take the text as it is, where the lists of --bootloader would need quotes in it. */
    driver_add_pair(words, "--kernel", machine->kernel);
    driver_add_pair(words, "--initrd", machine->initrd);
    words_add(words, "--kernel-cmdline");
    /* There is no serial port but virtio's. */
    words_add(words, "%s console=hvc0", machine->cmdline);
}

static void words_of(const struct machine *machine, struct words *words)
{
    device_add_machine(machine, words);
    add_boot(machine, words);
    device_add_usual(machine, "", words);
    add_network(machine, words);
}

const struct driver driver_vfkit = {
    .name = "vfkit", .remedy = "brew install vfkit", .disk_format = "raw", .boots_kernel = true,
    .can_magic = true, .magic_by_default = true, .separator = ',', .program = program, .words = words_of,
};
