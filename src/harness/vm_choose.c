#include "harness/vm_choose.h"
#include "harness/message.h"
#include "common/text.h"

#include <string.h>

static int add(struct vm *vm, void *context)
{
    struct chosen *chosen = context;
    bool stopped = vm_status(vm) == VM_STOPPED;

    if ((chosen->running_only && stopped) || (chosen->stopped_only && vm_status(vm) == VM_RUNNING))
        return 0;
    if (chosen->count == OPERANDS_MAX)
        return message_error("more than %d VMs; name those that are meant", OPERANDS_MAX);
    text_copy(chosen->names[chosen->count], NAME_SIZE, vm->name);
    chosen->list[chosen->count] = chosen->names[chosen->count];
    chosen->count++;
    return 0;
}

int vm_choose(const struct store *store, const char *command, bool all, struct chosen *chosen)
{
    const struct command_line *options = chosen->options;

    if (all && options->operand_count)
        return message_error("%s takes names or --all, not both", command);
    if (!all && !options->operand_count)
        return message_error("%s needs: NAME... or --all", command);
    for (int i = 0; i < options->operand_count; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(options->operands[i], options->operands[j]) == 0)
                return message_error("VM \"%s\" is named twice", options->operands[i]);
    for (int i = 0; i < options->operand_count; i++)
        chosen->list[chosen->count++] = options->operands[i];
    return all ? vm_each(store, add, chosen) : 0;
}

int vm_run_chosen(const struct store *store, struct chosen *chosen, const char *done, many_one *one, bool json)
{
    struct many many = {.names = chosen->list, .count = chosen->count, .done = done, .one = one, .context = chosen,
                        .json = json};

    return many_run(store, &many);
}
