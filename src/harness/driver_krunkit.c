/* krunkit: libkrun on Apple's Hypervisor framework. Takes super-frames, if both ends are told so. Its socket
 * to the helper is in $TMPDIR. https://github.com/containers/krunkit/blob/main/docs/usage.md */
#include "harness/driver.h"

static const char *program(const struct machine *machine)
{
    return "krunkit";
}

/* The form with "type", whose defaults are written down; those of the older unixSocketPath= are offloading
 * on and magic on. */
static void add_network(const struct machine *machine, struct words *words)
{
    const char *type = machine->stream ? "unixstream" : "unixgram";
    const char *offloading = machine->offloading ? "on" : "off";

    words_add(words, "--device");
    if (machine->network_fd >= 0)
        words_add(words, "virtio-net,type=%s,fd=%d,mac=%s,offloading=%s", type, machine->network_fd, machine->mac,
                  offloading);
    else
        words_add(words, "virtio-net,type=%s,path=%s,mac=%s,offloading=%s%s", type, machine->network_path,
                  machine->mac, offloading, machine->magic ? ",vfkitMagic=on" : "");
}

static void add_disk(struct words *words, const char *path)
{
    words_add(words, "--device");
    words_add(words, "virtio-blk,path=%s,format=raw", path);
}

static void words_of(const struct machine *machine, struct words *words)
{
    words_add(words, "%s", machine->program);
    words_add(words, "--cpus");
    words_add(words, "%lu", machine->cpus);
    words_add(words, "--memory");
    words_add(words, "%lu", machine->memory);
    words_add(words, "--bootloader");
    words_add(words, "efi,variable-store=%s,create", machine->efi_store);
    if (machine->disk)
        add_disk(words, machine->disk);
    add_disk(words, machine->cidata);
    for (int i = 0; i < machine->extra_count; i++)
        add_disk(words, machine->extra[i].path);
    words_add(words, "--device");
    words_add(words, "virtio-serial,logFilePath=%s", machine->serial_log);
    driver_add_pair(words, "--device", "virtio-rng");
    add_network(machine, words);
    /* Without it there is a server on a TCP port, one for all VMs. */
    driver_add_pair(words, "--restful-uri", "none://");
    driver_add_pair(words, "--krun-log-level", "3");
}

const struct driver driver_krunkit = {
    .name = "krunkit", .remedy = "brew tap slp/krunkit && brew install krunkit", .disk_format = "raw",
    .can_stream = true, .can_offload = true, .can_magic = true, .separator = ',', .program = program,
    .words = words_of,
};
