/* Starting a VM with the machine, or with its user's session: systemd's unit and launchd's job, by templates.
 * autostart_linux.c | autostart_darwin.c put them where they belong. */
#ifndef HARNESS_AUTOSTART_H
#define HARNESS_AUTOSTART_H

#include "harness/vm.h"

#include <stdbool.h>

struct autostart {
    const char *name;    /* of the VM */
    const char *program; /* vmnet-harness */
    const char *home;    /* the store */
    const char *images;
    const char *data;
    const char *path;    /* where programs are looked up */
    unsigned long uid, gid; /* of the VM's owner, with is_system */
    bool is_other;       /* root starts it for uid, as sudo would */
    bool is_system;      /* with the machine, not with a session */
};

/* The unit's or job's text, freed by the caller; NULL: no memory, or a value that the format cannot hold. */
char *autostart_systemd(const struct autostart *autostart);
char *autostart_launchd(const struct autostart *autostart);

/* Make it so for the VM, or undo it (fine if it is not there). 0, or -1 after an error message. */
int autostart_enable(const struct vm *vm);
int autostart_disable(const struct vm *vm);

/* Was it made so, by this user (or, as root, for the machine)? */
bool autostart_is_on(const struct vm *vm);

/* Fill it in for the VM: the texts live as long as the caller's buffer. 0, or -1 after an error message. */
int autostart_fill(struct autostart *autostart, const struct vm *vm, char program[PATH_MAX]);

#endif
