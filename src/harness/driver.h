/* Drivers: how a program that runs VMs is told what to run. One driver, one file: driver_qemu.c. */
#ifndef HARNESS_DRIVER_H
#define HARNESS_DRIVER_H

#include "harness/accelerator.h"
#include "harness/words.h"

#include <stdbool.h>

struct machine {
    unsigned long cpus, memory; /* MiB */
    const char *kernel, *initrd, *cmdline; /* kernel NULL: boot from the disk */
    const char *disk;    /* qcow2, or NULL */
    const char *cidata;  /* the seed */
    const char *mac;
    const char *serial_socket, *serial_log, *monitor_socket;
    /* The network: a descriptor of a unix datagram socket, or, with -1, the two paths. */
    int network_fd;
    const char *network_path;  /* the helper's socket */
    const char *own_path;      /* the VM's end */
    enum accelerator accelerator;
    bool is_arm64;
};

/* Add the command line of QEMU for the machine. */
void driver_qemu_words(const struct machine *machine, struct words *words);

#endif
