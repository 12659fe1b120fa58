#include "harness/autostart.h"
#include "harness/describe.h"
#include "harness/halt.h"
#include "harness/interrupt.h"
#include "harness/many.h"
#include "harness/message.h"
#include "harness/plan.h"
#include "harness/start.h"
#include "harness/vm_choose.h"
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

static int start_one(const struct store *store, int index, void *context)
{
    const struct plan_vm *plan = &((const struct plan *)context)->vms[index];
    struct vm vm;

    int status = EXIT_FAILED;
    if (vm_open_locked(&vm, store, plan->name) == 0) {
        if (vm_status(&vm) == VM_RUNNING)
            message_error("VM \"%s\" is already running", plan->name);
        /* What a crash left running is ended first. */
        else if (vm_status(&vm) == VM_STOPPED || (vm_halt(&vm, true, GRACE) == 0 && vm_save(&vm) == 0))
            status = start(&vm, plan->given);
    }
    vm_close(&vm);
    return status;
}

static int start_plan(const struct store *store, const struct command_line *options)
{
    struct plan plan;

    /* What is wrong by itself is said before anything is waited for. */
    int status = plan_make(&plan, options) < 0 ? EXIT_USAGE : EXIT_OK;
    if (status == EXIT_OK && plan.count > 1 && options->values[CONFIG_FOREGROUND]) {
        message_error("--foreground is for one VM");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK) {
        const char *names[OPERANDS_MAX];
        for (int i = 0; i < plan.count; i++)
            names[i] = plan.vms[i].name;
        struct many many = {.names = names, .count = plan.count, .done = "started", .one = start_one, .context = &plan,
                            .json = options->values[CONFIG_JSON] != NULL};
        status = many_run(store, &many);
    }
    plan_free(&plan);
    return status;
}

int vm_command_start(const struct store *store, const struct command_line *options)
{
    struct chosen chosen = {.options = options, .stopped_only = true};
    struct command_line named = *options;

    if (!options->values[CONFIG_ALL])
        return start_plan(store, options);
    if (options->values[CONFIG_FILE]) {
        message_error("--all is for the VMs there are, --file for those of a file; not both");
        return EXIT_USAGE;
    }
    if (vm_choose(store, "start", true, &chosen) < 0)
        return EXIT_USAGE;
    if (!chosen.count) {
        message_progress(store->started, "no VM is stopped: nothing was started");
        return EXIT_OK;
    }
    memcpy(named.operands, chosen.list, sizeof(named.operands));
    named.operand_count = chosen.count;
    return start_plan(store, &named);
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

static int stop_one(const struct store *store, int index, void *context)
{
    const struct chosen *chosen = context;
    const char *name = chosen->list[index];
    struct vm vm;

    int result = vm_open_existing(&vm, store, name, true);
    if (result == 0 && vm_status(&vm) == VM_STOPPED)
        message_progress(store->started, "VM \"%s\" is not running", name);
    if (result == 0)
        result = vm_halt(&vm, !chosen->options->values[STOP_FORCE], *(const double *)chosen->context);
    if (result == 0)
        result = vm_save(&vm);
    if (result == 0 && chosen->options->values[STOP_JSON])
        result = describe_print(describe_json(&vm));
    vm_close(&vm);
    return command_status(result);
}

int vm_command_stop(const struct store *store, const struct command_line *options)
{
    double grace;
    struct chosen chosen = {.options = options, .running_only = true, .context = &grace};

    if (stop_options(options, &grace) < 0 ||
        vm_choose(store, "stop", options->values[STOP_ALL] != NULL, &chosen) < 0)
        return EXIT_USAGE;
    return vm_run_chosen(store, &chosen, "stopped", stop_one, options->values[STOP_JSON] != NULL);
}

static int restart_one(const struct store *store, int index, void *context)
{
    const struct chosen *chosen = context;
    const struct command_line *options = chosen->options;
    struct vm vm;
    const char *given[CONFIG_COUNT] = {NULL};

    given[CONFIG_TIMEOUT] = options->values[RESTART_TIMEOUT];
    given[CONFIG_FOREGROUND] = options->values[RESTART_FOREGROUND];
    given[CONFIG_JSON] = options->values[RESTART_JSON];
    int status = EXIT_FAILED;
    if (vm_open_existing(&vm, store, chosen->list[index], true) == 0) {
        /* The namespace where it runs, not where the environment points now. */
        given[CONFIG_NETNS] = vm_option(&vm, CONFIG_NETNS);
        unsetenv("VMNET_NETNS");
        if (vm_halt(&vm, true, GRACE) == 0 && vm_save(&vm) == 0)
            status = start(&vm, given);
    }
    vm_close(&vm);
    return status;
}

int vm_command_restart(const struct store *store, const struct command_line *options)
{
    struct chosen chosen = {.options = options, .running_only = true};

    if (vm_choose(store, "restart", options->values[RESTART_ALL] != NULL, &chosen) < 0)
        return EXIT_USAGE;
    if (options->values[RESTART_FOREGROUND] && chosen.count > 1) {
        message_error("--foreground is for one VM");
        return EXIT_USAGE;
    }
    return vm_run_chosen(store, &chosen, "restarted", restart_one, options->values[RESTART_JSON] != NULL);
}

static int show_deleted(const char *name)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "name", name);
    cJSON_AddStringToObject(json, "state", "deleted");
    return describe_print(json);
}

static int delete_one(const struct store *store, int index, void *context)
{
    const struct chosen *chosen = context;
    struct vm vm;

    int result = vm_open_existing(&vm, store, chosen->list[index], true);
    /* Nothing of its disk is to be kept: no need to ask the guest. */
    if (result == 0)
        result = vm_halt(&vm, false, 0);
    if (result == 0)
        result = autostart_disable(&vm);
    if (result == 0 && file_remove_tree(vm.dir) < 0)
        result = message_error("cannot remove %s: %s", vm.dir, strerror(errno));
    if (result == 0 && chosen->options->values[STOP_JSON])
        result = show_deleted(vm.name);
    vm_close(&vm);
    return command_status(result);
}

int vm_command_delete(const struct store *store, const struct command_line *options)
{
    double grace;
    struct chosen chosen = {.options = options};

    if (stop_options(options, &grace) < 0 ||
        vm_choose(store, "delete", options->values[STOP_ALL] != NULL, &chosen) < 0)
        return EXIT_USAGE;
    return vm_run_chosen(store, &chosen, "deleted", delete_one, options->values[STOP_JSON] != NULL);
}
