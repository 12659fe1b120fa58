/* Drivers: how a program that runs VMs is told what to run.
 *
 * One driver, one file: driver_qemu.c, driver_vfkit.c, driver_krunkit.c. Each says what it can do and
 * makes a command line of a machine; driver.c lists them. docs/drivers.md shows how to add one. */
#ifndef HARNESS_DRIVER_H
#define HARNESS_DRIVER_H

#include "harness/accelerator.h"
#include "harness/words.h"

#include <stdbool.h>

enum { DISKS_MAX = 8 };

struct machine_disk {
    const char *path;
    const char *format; /* raw, qcow2 */
};

struct machine {
    const char *program;        /* what to run */
    unsigned long cpus, memory; /* MiB */
    const char *kernel, *initrd, *cmdline; /* kernel NULL: boot from the disk */
    const char *firmware;  /* EFI that starts the disk; NULL: what the machine brings */
    const char *efi_store; /* where EFI variables are kept */
    const char *disk;      /* in the driver's format, or NULL */
    struct machine_disk extra[DISKS_MAX];
    int extra_count;
    const char *cidata;    /* the seed */
    const char *mac;
    const char *serial_socket, *serial_log, *monitor_socket;
    /* The network: a descriptor of a unix datagram socket, or, with -1, the paths. */
    int network_fd;
    const char *network_path;  /* the helper's socket */
    const char *own_path;      /* the VM's end, for drivers that are told */
    bool stream;     /* a stream socket: a length before each frame */
    bool magic;      /* send the datagram VFKT first */
    bool offloading; /* super-frames and frames without checksum both ways */
    enum accelerator accelerator;
    bool is_arm64;
};

struct driver {
    const char *name;
    const char *remedy;      /* how to get the program */
    const char *disk_format; /* of the VM's own disk: "qcow2" or "raw" */
    bool is_emulator;        /* struct machine's accelerator is looked at */
    bool has_monitor;        /* a power button, at monitor_socket */
    bool has_console;        /* a serial line to attach to, at serial_socket */
    bool boots_kernel;       /* without a boot loader on a disk */
    bool can_stream, can_offload;
    bool can_magic, magic_by_default;
    char separator;          /* no path may hold it; 0: any will do */
    /* The program, unless it is named; and its command line. */
    const char *(*program)(const struct machine *machine);
    void (*words)(const struct machine *machine, struct words *words);
};

extern const struct driver driver_qemu, driver_vfkit, driver_krunkit;

/* By name; NULL: there is none such. The first is the default. */
const struct driver *driver_find(const char *name);

/* Their names, ended by NULL. */
const char *const *driver_names(void);

/* Can this driver run such a machine? 0, or -1 after an error message. */
int driver_check(const struct driver *driver, const struct machine *machine);

/* Two words: the flag, and text as it is. */
void driver_add_pair(struct words *words, const char *flag, const char *text);

#endif
