#include "harness/describe.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/netns.h"
#include "harness/ssh.h"
#include "harness/vm_choose.h"
#include "harness/vm_commands.h"
#include "common/process.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

enum goal { LOGIN, ADDRESS, STOPPED };
static const char *const goals[] = {"login", "address", "stopped"};

/* Look once. 1: it is so; 0: not yet; -1 after an error message. */
static int look(const struct store *store, const char *name, enum goal goal, double left)
{
    struct vm vm;
    int result = vm_open(&vm, store, name);

    if (result == 0 && goal == STOPPED)
        result = vm_status(&vm) == VM_STOPPED;
    else if (result == 0 && vm_status(&vm) == VM_RUNNING && *vm.state.ip) {
        const char *netns = vm_option(&vm, CONFIG_NETNS);
        if (goal == ADDRESS)
            result = 1;
        else if (netns && netns_enter(netns, 0) < 0)
            result = -1;
        else
            result = ssh_try(&vm, left);
    }
    vm_close(&vm);
    return result;
}

static int read_options(const struct command_line *options, enum goal *goal, unsigned long *limit)
{
    const char *what = options->values[WAIT_FOR], *text = options->values[WAIT_TIMEOUT];
    int found = LOGIN;

    while (what && found <= STOPPED && strcmp(goals[found], what) != 0)
        found++;
    if (found > STOPPED)
        return message_error("option \"--for\" must be login, address or stopped, not \"%s\"", what);
    *goal = (enum goal)found;
    if (text && text_parse_number(text, 0, 86400, limit) < 0)
        return message_error("option \"--timeout\" must be a number of seconds from 0 to 86400, not \"%s\"", text);
    return 0;
}

struct wait {
    enum goal goal;
    unsigned long limit;
};

static int wait_one(const struct store *store, int index, void *context)
{
    const struct chosen *chosen = context;
    const struct wait *wait = chosen->context;
    const char *name = chosen->list[index];
    double end = process_clock() + (double)wait->limit, left;
    int result;

    do {
        left = end - process_clock();
        result = look(store, name, wait->goal, left > 1 ? left : 1);
    } while (result == 0 && left > 0 && interrupt_pause(0.2));
    if (result == 0 && !interrupt_signal() && wait->goal == STOPPED)
        message_error("VM \"%s\" still runs after %lu s", name, wait->limit);
    else if (result == 0 && !interrupt_signal())
        message_error("VM \"%s\" is not ready after %lu s; `vm list` shows its state, `vm logs` how far it came", name,
                      wait->limit);
    if (result == 1 && chosen->options->values[WAIT_JSON]) {
        struct vm vm;
        if (vm_open(&vm, store, name) < 0 || describe_print(describe_json(&vm)) < 0)
            result = -1;
        vm_close(&vm);
    }
    return result == 1 ? EXIT_OK : EXIT_FAILED;
}

int vm_command_wait(const struct store *store, const struct command_line *options)
{
    struct wait wait = {.goal = LOGIN, .limit = 120};
    struct chosen chosen = {.options = options, .context = &wait};

    if (read_options(options, &wait.goal, &wait.limit) < 0 ||
        vm_choose(store, "wait", options->values[WAIT_ALL] != NULL, &chosen) < 0)
        return EXIT_USAGE;
    return vm_run_chosen(store, &chosen, "waited for", wait_one, options->values[WAIT_JSON] != NULL);
}
