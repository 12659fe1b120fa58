#include "harness/vm.h"
#include "harness/message.h"
#include "harness/netns.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *vm_file(const struct vm *vm, char path[PATH_MAX], const char *file)
{
    text_format(path, PATH_MAX, "%s/%s", vm->dir, file);
    return path;
}

const struct driver *vm_driver(const struct vm *vm)
{
    const char *name = vm_option(vm, CONFIG_DRIVER);
    const struct driver *driver = name ? driver_find(name) : NULL;

    return driver ? driver : driver_find(driver_names()[0]);
}

char *vm_driver_file(const struct vm *vm, char path[PATH_MAX], const char *suffix)
{
    text_format(path, PATH_MAX, "%s/%s.%s", vm->dir, vm_driver(vm)->name, suffix);
    return path;
}

char *vm_socket(const struct vm *vm, char path[PATH_MAX], const char *file)
{
    text_format(path, PATH_MAX, "%s/%s", *vm->state.run_dir ? vm->state.run_dir : vm->dir, file);
    return path;
}

int vm_open(struct vm *vm, const struct store *store, const char *name)
{
    char path[PATH_MAX];

    *vm = (struct vm){.store = store, .lock = -1};
    if (name_check("VM name", name) < 0)
        return -1;
    text_copy(vm->name, sizeof(vm->name), name);
    if (store_path(store, vm->dir, sizeof(vm->dir), "vms/%s", name) < 0)
        return -1;
    vm->exists = access(vm->dir, F_OK) == 0;
    vm_state_read(&vm->state, vm_file(vm, path, "state.json"));
    return 0;
}

int vm_open_locked(struct vm *vm, const struct store *store, const char *name)
{
    char path[PATH_MAX], waiting[128];

    *vm = (struct vm){.store = store, .lock = -1};
    if (name_check("VM name", name) < 0 || store_path(store, path, sizeof(path), "locks/%s", name) < 0)
        return -1;
    text_format(waiting, sizeof(waiting), "waiting for another command on VM \"%s\"", name);
    int lock = store_lock(store, path, waiting);
    if (lock < 0)
        return -1;
    int result = vm_open(vm, store, name);
    vm->lock = lock;
    return result;
}

int vm_open_existing(struct vm *vm, const struct store *store, const char *name, bool locked)
{
    if ((locked ? vm_open_locked(vm, store, name) : vm_open(vm, store, name)) < 0)
        return -1;
    if (!vm->exists)
        return message_error("there is no VM \"%s\"; `vm list` shows them", name);
    return 0;
}

int vm_open_running(struct vm *vm, const struct store *store, const char *name)
{
    if (vm_open_existing(vm, store, name, false) < 0)
        return -1;
    if (vm_status(vm) != VM_RUNNING)
        return message_error("VM \"%s\" is not running; start it with: vm start %s", name, name);
    const char *netns = vm_option(vm, CONFIG_NETNS);
    return netns ? netns_enter(netns, 0) : 0;
}

void vm_close(struct vm *vm)
{
    if (vm->lock >= 0)
        close(vm->lock);
    vm->lock = -1;
    vm_state_free(&vm->state);
}

enum vm_status vm_status(const struct vm *vm)
{
    bool machine = identity_is_alive(&vm->state.machine);
    bool helper = identity_is_alive(&vm->state.helper);

    if (machine && (helper || !vm->state.helper.pid))
        return VM_RUNNING;
    return machine || helper ? VM_BROKEN : VM_STOPPED;
}

const char *vm_status_name(enum vm_status status)
{
    static const char *const names[] = {"stopped", "running", "broken"};

    return names[status];
}

const char *vm_option(const struct vm *vm, enum config_option option)
{
    return vm->state.texts[option];
}

int vm_save(const struct vm *vm)
{
    char path[PATH_MAX];
    char *text = vm_state_format(&vm->state);

    if (!text)
        return message_error("not enough memory");
    int result = store_write(vm->store, vm_file(vm, path, "state.json"), text);
    free(text);
    return result;
}

static int is_vm(const struct dirent *entry)
{
    return name_is_good(entry->d_name);
}

int vm_each(const struct store *store, int (*visit)(struct vm *vm, void *context), void *context)
{
    char path[PATH_MAX];
    struct dirent **entries;

    if (store_path(store, path, sizeof(path), "vms") < 0)
        return -1;
    int count = scandir(path, &entries, is_vm, alphasort), result = 0;
    if (count < 0)
        return message_error("cannot read %s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        struct vm vm;
        if (result == 0 && vm_open(&vm, store, entries[i]->d_name) == 0) {
            result = visit(&vm, context);
            vm_close(&vm);
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}
