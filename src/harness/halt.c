#include "harness/halt.h"
#include "harness/interrupt.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/netns.h"
#include "harness/qmp.h"
#include "harness/ssh.h"
#include "common/file.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void ask_by_ssh(const struct vm *vm)
{
    static const char *const options[] = {"-oBatchMode=yes", "-oConnectTimeout=5", NULL};
    struct words words = {0};
    struct job job = {.words = &words, .limit = 10};

    if (!*vm->state.ip || (vm_option(vm, CONFIG_NETNS) && netns_enter(vm_option(vm, CONFIG_NETNS), 0) < 0))
        return;
    ssh_words(vm, &words, options);
    words_add(&words, "%s", "sudo -n poweroff || /sbin/poweroff || poweroff");
    job_run(&job);
    words_free(&words);
}

static bool ask(const struct vm *vm, double grace)
{
    char path[PATH_MAX];
    const struct identity *machine = &vm->state.machine;

    /* The power button works without network, but not in every guest. */
    double patience = grace < 3 ? grace : 3;
    if (!vm_driver(vm)->has_monitor)
        patience = 0;
    else if (qmp_execute(vm_socket(vm, path, "monitor.sock"), "system_powerdown") == 0 &&
        identity_wait_gone(machine, patience))
        return true;
    if (!interrupt_signal() && grace > patience)
        ask_by_ssh(vm);
    return identity_wait_gone(machine, grace - patience);
}

/* SIGTERM, then SIGKILL. */
static bool end(const struct identity *process, double patience)
{
    identity_signal(process, SIGTERM);
    if (identity_wait_gone(process, patience))
        return true;
    identity_signal(process, SIGKILL);
    /* Also when Ctrl-C comes again: this wait is short. */
    interrupt_forget();
    return identity_wait_gone(process, 10);
}

static void remove_sockets(struct vm *vm)
{
    static const char *const names[] = {"serial.sock", "monitor.sock", "vmnet.sock", "qemu.sock"};
    char path[PATH_MAX];
    glob_t left = {0};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        unlink(vm_socket(vm, path, names[i]));
    /* vfkit's own, when it was killed. */
    if (glob(vm_socket(vm, path, "vfkit-*-*.sock"), 0, NULL, &left) == 0)
        for (size_t i = 0; i < left.gl_pathc; i++)
            unlink(left.gl_pathv[i]);
    globfree(&left);
    /* Only what we made in /tmp for its short path; empty by now. */
    if (*vm->state.run_dir && strcmp(vm->state.run_dir, vm->dir) != 0)
        rmdir(vm->state.run_dir);
    vm->state.run_dir[0] = '\0';
}

int vm_halt(struct vm *vm, bool gracefully, double grace)
{
    const struct identity *machine = &vm->state.machine, *helper = &vm->state.helper;

    bool gone = gracefully && identity_is_alive(machine) && ask(vm, grace);
    if (!gone)
        gone = end(machine, 5);
    /* The helper notices by itself that its VM is gone, but not at once. */
    bool helper_gone = end(helper, 10);
    if (!gone || !helper_gone)
        return message_error("cannot end process %d of VM \"%s\"; try with sudo",
                             (int)(gone ? helper->pid : machine->pid), vm->name);
    remove_sockets(vm);
    vm->state.machine = (struct identity){0};
    vm->state.helper = (struct identity){0};
    if (!vm_option(vm, CONFIG_IP_ADDRESS))
        vm->state.ip[0] = '\0';
    return 0;
}
