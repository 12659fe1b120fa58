#include "harness/driver.h"
#include "harness/message.h"

#include <stddef.h>
#include <string.h>

static const struct driver *const drivers[] = {&driver_qemu, &driver_vfkit, &driver_krunkit};
enum { DRIVERS = sizeof(drivers) / sizeof(*drivers) };

const struct driver *driver_find(const char *name)
{
    for (int i = 0; i < DRIVERS; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

/* The same order as above. */
const char *const *driver_names(void)
{
    static const char *const names[DRIVERS + 1] = {"qemu", "vfkit", "krunkit", NULL};

    return names;
}

static int check_path(const struct driver *driver, const char *path)
{
    if (!path || !driver->separator || !strchr(path, driver->separator))
        return 0;
    return message_error("%s cannot be told a path with \"%c\": %s; set VMNET_HOME to a folder without it",
                         driver->name, driver->separator, path);
}

int driver_check(const struct driver *driver, const struct machine *machine)
{
    const char *const paths[] = {machine->disk, machine->cidata, machine->serial_log, machine->network_path,
                                 machine->efi_store};

    if (machine->kernel && !driver->boots_kernel)
        return message_error("the image brings its own kernel, and %s boots from disks only; choose an image with EFI, "
                             "or --driver qemu", driver->name);
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        if (check_path(driver, paths[i]) < 0)
            return -1;
    for (int i = 0; i < machine->extra_count; i++) {
        const struct machine_disk *disk = &machine->extra[i];
        if (check_path(driver, disk->path) < 0)
            return -1;
        if (strcmp(driver->disk_format, "raw") == 0 && strcmp(disk->format, "raw") != 0)
            return message_error("%s takes raw disks only, and %s is %s; convert it with: qemu-img convert -O raw",
                                 driver->name, disk->path, disk->format);
    }
    return 0;
}

void driver_add_pair(struct words *words, const char *flag, const char *text)
{
    words_add(words, "%s", flag);
    words_add(words, "%s", text);
}
