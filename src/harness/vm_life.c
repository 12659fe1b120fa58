#include "harness/describe.h"
#include "harness/halt.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/start.h"
#include "harness/vm_commands.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GRACE = 30 };

static int show_started(const struct vm *vm, bool json)
{
    if (json)
        return describe_print(describe_json(vm));
    char *login = describe_login(vm);
    if (!login)
        return message_error("not enough memory");
    printf("Virtual machine IP address: %s\nLog in with: %s\n", vm->state.ip, login);
    free(login);
    return 0;
}

/* Until the VM ends by itself (0), or a signal tells to stop it, or its helper goes. The lock is free
 * meanwhile: `vm stop` by somebody else is one way to end. */
static int stay(struct vm *vm)
{
    message_progress(vm->store->started, "VM \"%s\" runs; Ctrl-C stops it", vm->name);
    fflush(stdout);
    close(vm->lock);
    vm->lock = -1;
    int result = 0;
    while (result == 0 && interrupt_pause(0.2)) {
        waitpid(vm->state.machine.pid, NULL, WNOHANG);
        if (vm->state.helper.pid)
            waitpid(vm->state.helper.pid, NULL, WNOHANG);
        if (!identity_is_alive(&vm->state.machine))
            break;
        if (vm_status(vm) == VM_BROKEN)
            result = message_error("vmnet-helper of VM \"%s\" ended; stopping the VM", vm->name);
    }
    int number = interrupt_signal();
    interrupt_forget();
    if (number)
        message_progress(vm->store->started, "stopping VM \"%s\"", vm->name);
    /* Somebody may have stopped it, and started it again. */
    struct identity machine = vm->state.machine;
    const struct store *store = vm->store;
    char name[NAME_SIZE];
    text_copy(name, sizeof(name), vm->name);
    vm_close(vm);
    if (vm_open_locked(vm, store, name) == 0 && vm->state.machine.pid == machine.pid &&
        (vm_halt(vm, true, GRACE) < 0 || vm_save(vm) < 0))
        result = -1;
    if (number) {
        interrupt_restore(number);
        return -1;
    }
    return result;
}

/* Start a locked VM with these options, over those that are kept with it. */
static int start(struct vm *vm, const char *const *given)
{
    struct config config;

    if (config_fill(&config, vm->name, given, (const char *const *)vm->state.texts) < 0)
        return EXIT_USAGE;
    int result = vm_start(vm, &config);
    if (result == 0)
        result = show_started(vm, config.json);
    if (result == 0 && config.foreground)
        result = stay(vm);
    return command_status(result);
}

int vm_command_start(const struct store *store, const struct command_line *options)
{
    struct config config;
    struct vm vm;
    const char *name = options->operands[0];

    /* What is wrong by itself is said before anything is waited for. */
    if (name_check("VM name", name) < 0 || config_fill(&config, name, options->values, NULL) < 0)
        return EXIT_USAGE;
    int status = EXIT_FAILED;
    if (vm_open_locked(&vm, store, name) == 0) {
        if (vm_status(&vm) == VM_RUNNING)
            message_error("VM \"%s\" is already running", name);
        /* What a crash left running is ended first. */
        else if (vm_status(&vm) == VM_STOPPED || (vm_halt(&vm, true, GRACE) == 0 && vm_save(&vm) == 0))
            status = start(&vm, options->values);
    }
    vm_close(&vm);
    return status;
}

static int stop_options(const struct command_line *options, double *grace)
{
    unsigned long seconds = GRACE;
    const char *text = options->values[STOP_TIMEOUT];

    *grace = GRACE;
    if (text && text_parse_number(text, 0, 3600, &seconds) < 0)
        return message_error("option \"--timeout\" must be a number of seconds from 0 to 3600, not \"%s\"", text);
    *grace = (double)seconds;
    return 0;
}

int vm_command_stop(const struct store *store, const struct command_line *options)
{
    struct vm vm;
    double grace;
    const char *name = options->operands[0];

    if (stop_options(options, &grace) < 0)
        return EXIT_USAGE;
    int result = vm_open_existing(&vm, store, name, true);
    if (result == 0 && vm_status(&vm) == VM_STOPPED)
        message_progress(store->started, "VM \"%s\" is not running", name);
    if (result == 0)
        result = vm_halt(&vm, !options->values[STOP_FORCE], grace);
    if (result == 0)
        result = vm_save(&vm);
    vm_close(&vm);
    return command_status(result);
}

int vm_command_restart(const struct store *store, const struct command_line *options)
{
    struct vm vm;
    const char *given[CONFIG_COUNT] = {NULL};

    given[CONFIG_TIMEOUT] = options->values[RESTART_TIMEOUT];
    given[CONFIG_FOREGROUND] = options->values[RESTART_FOREGROUND];
    given[CONFIG_JSON] = options->values[RESTART_JSON];
    int status = EXIT_FAILED;
    if (vm_open_existing(&vm, store, options->operands[0], true) == 0) {
        /* The namespace where it runs, not where the environment points now. */
        given[CONFIG_NETNS] = vm_option(&vm, CONFIG_NETNS);
        unsetenv("VMNET_NETNS");
        if (vm_halt(&vm, true, GRACE) == 0 && vm_save(&vm) == 0)
            status = start(&vm, given);
    }
    vm_close(&vm);
    return status;
}

int vm_command_delete(const struct store *store, const struct command_line *options)
{
    struct vm vm;
    double grace;

    if (stop_options(options, &grace) < 0)
        return EXIT_USAGE;
    int result = vm_open_existing(&vm, store, options->operands[0], true);
    /* Nothing of its disk is to be kept: no need to ask the guest. */
    if (result == 0)
        result = vm_halt(&vm, false, 0);
    if (result == 0 && file_remove_tree(vm.dir) < 0)
        result = message_error("cannot remove %s: %s", vm.dir, strerror(errno));
    vm_close(&vm);
    return command_status(result);
}
