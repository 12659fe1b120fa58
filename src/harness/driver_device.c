#include "harness/driver_device.h"

void device_add_machine(const struct machine *machine, struct words *words)
{
    words_add(words, "%s", machine->program);
    words_add(words, "--cpus");
    words_add(words, "%lu", machine->cpus);
    words_add(words, "--memory");
    words_add(words, "%lu", machine->memory);
}

void device_add_efi(const struct machine *machine, struct words *words)
{
    words_add(words, "--bootloader");
    words_add(words, "efi,variable-store=%s,create", machine->efi_store);
}

static void add_disk(struct words *words, const char *path, const char *suffix)
{
    words_add(words, "--device");
    words_add(words, "virtio-blk,path=%s%s", path, suffix);
}

void device_add_usual(const struct machine *machine, const char *suffix, struct words *words)
{
    if (machine->disk)
        add_disk(words, machine->disk, suffix);
    add_disk(words, machine->cidata, suffix);
    for (int i = 0; i < machine->extra_count; i++)
        add_disk(words, machine->extra[i].path, suffix);
    words_add(words, "--device");
    words_add(words, "virtio-serial,logFilePath=%s", machine->serial_log);
    driver_add_pair(words, "--device", "virtio-rng");
}
