/* krunkit: libkrun on Apple's Hypervisor framework. Takes super-frames, if both ends are told so. Its socket
 * to the helper is in $TMPDIR. https://github.com/containers/krunkit/blob/main/docs/usage.md */
#include "harness/driver_device.h"

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

static void words_of(const struct machine *machine, struct words *words)
{
    device_add_machine(machine, words);
    device_add_efi(machine, words);
    device_add_usual(machine, ",format=raw", words);
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
