#include "bench/guest.h"
#include "bench/process_words.h"

static void add_text(cJSON *vm, const char *key, const char *text)
{
    if (*text)
        cJSON_AddStringToObject(vm, key, text);
}

static void add_words(cJSON *vm, const char *key, pid_t pid)
{
    cJSON *words = process_words(pid);

    if (words)
        cJSON_AddItemToObject(vm, key, words);
}

cJSON *guest_describe(const struct guest *guest)
{
    cJSON *vm = cJSON_CreateObject();

    add_text(vm, "name", guest->name);
    add_text(vm, "ip", guest->ip);
    add_text(vm, "kernel", guest->kernel);
    add_text(vm, "image", guest->image);
    add_text(vm, "accelerator", guest->accelerator);
    add_words(vm, "command", guest->machine);
    add_words(vm, "helper_command", guest->helper);
    return vm;
}
