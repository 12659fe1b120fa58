/* One VM in the store: its folder, its lock, its state. */
#ifndef HARNESS_VM_H
#define HARNESS_VM_H

#include "harness/state.h"
#include "harness/store.h"

enum vm_status {
    VM_STOPPED,
    VM_RUNNING,
    VM_BROKEN, /* one of VM and helper is gone: of use to nobody, `stop` mends it */
};

struct vm {
    const struct store *store;
    char name[NAME_SIZE];
    char dir[PATH_MAX]; /* room for any of our file names is left after it */
    int lock;           /* -1: not locked */
    bool exists;        /* the folder is there */
    struct state state;
};

/* Check the name and read the state, without the lock: for commands that only look. The VM need not
 * exist. 0, or -1 after an error message; vm_close in both cases. */
int vm_open(struct vm *vm, const struct store *store, const char *name);

/* The same with the lock, waiting for another command on the VM. */
int vm_open_locked(struct vm *vm, const struct store *store, const char *name);

/* vm_open, or vm_open_locked, for a VM that must exist. */
int vm_open_existing(struct vm *vm, const struct store *store, const char *name, bool locked);

/* The same for one that must run as well; goes into its network namespace. */
int vm_open_running(struct vm *vm, const struct store *store, const char *name);

void vm_close(struct vm *vm);

enum vm_status vm_status(const struct vm *vm);
const char *vm_status_name(enum vm_status status);

/* The path of a file of the VM, in one of a few buffers of the caller's. Returned. */
char *vm_file(const struct vm *vm, char path[PATH_MAX], const char *file);

/* The path of a file that is named after the driver: DRIVER.suffix. */
char *vm_driver_file(const struct vm *vm, char path[PATH_MAX], const char *suffix);

/* The path of one of its sockets. */
char *vm_socket(const struct vm *vm, char path[PATH_MAX], const char *file);

/* Write state.json. 0, or -1 after an error message. */
int vm_save(const struct vm *vm);

/* Its driver: the default one, if none is kept. */
const struct driver *vm_driver(const struct vm *vm);

/* The kept text of an option, or NULL. */
const char *vm_option(const struct vm *vm, enum config_option option);

/* Call visit with each VM of the store, opened without lock, in the order of names, until it returns
 * other than 0. Returns that, 0, or -1 after an error message. */
int vm_each(const struct store *store, int (*visit)(struct vm *vm, void *context), void *context);

#endif
