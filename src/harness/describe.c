#include "harness/describe.h"
#include "harness/autostart.h"
#include "harness/message.h"
#include "harness/words.h"

#include <stdio.h>
#include <stdlib.h>

static void add_text(cJSON *json, const char *key, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(json, key, text);
    else
        cJSON_AddNullToObject(json, key);
}

static void add_number(cJSON *json, const char *key, long number)
{
    if (number)
        cJSON_AddNumberToObject(json, key, (double)number);
    else
        cJSON_AddNullToObject(json, key);
}

cJSON *describe_json(const struct vm *vm)
{
    static const enum config_option shown[] = {CONFIG_IMAGE, CONFIG_DRIVER, CONFIG_CONNECTION, CONFIG_NETNS,
                                               CONFIG_OPERATION_MODE};
    static const char *const keys[] = {"image", "driver", "connection", "netns", "operation_mode"};
    static const char *const defaults[] = {NULL, "qemu", "fd", NULL, "shared"};
    cJSON *json = cJSON_CreateObject();
    char path[PATH_MAX];

    cJSON_AddStringToObject(json, "name", vm->name);
    cJSON_AddStringToObject(json, "state", vm_status_name(vm_status(vm)));
    add_text(json, "ip", vm->state.ip);
    add_text(json, "mac", vm->state.mac);
    for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
        add_text(json, keys[i], vm_option(vm, shown[i]) ? vm_option(vm, shown[i]) : defaults[i]);
    add_text(json, "user", vm->state.user);
    add_number(json, "pid", identity_is_alive(&vm->state.machine) ? vm->state.machine.pid : 0);
    add_number(json, "helper_pid", identity_is_alive(&vm->state.helper) ? vm->state.helper.pid : 0);
    add_number(json, "created", vm->state.created);
    add_number(json, "started", vm->state.started);
    cJSON_AddBoolToObject(json, "autostart", autostart_is_on(vm));
    cJSON_AddStringToObject(json, "dir", vm->dir);
    cJSON_AddStringToObject(json, "ssh_config", vm_file(vm, path, "ssh.config"));
    return json;
}

int describe_print(cJSON *json)
{
    char *text = json ? cJSON_Print(json) : NULL;

    cJSON_Delete(json);
    if (!text)
        return message_error("not enough memory");
    puts(text);
    free(text);
    return 0;
}

char *describe_login(const struct vm *vm)
{
    struct words words = {0};
    const char *netns = vm_option(vm, CONFIG_NETNS);

    if (netns) {
        words_add(&words, "ip");
        words_add(&words, "netns");
        words_add(&words, "exec");
        words_add(&words, "%s", netns);
    }
    words_add(&words, "ssh");
    words_add(&words, "-F");
    words_add(&words, "%s/ssh.config", vm->dir);
    words_add(&words, "%s", vm->name);
    char *text = words.failed ? NULL : words_quoted(&words, false);
    words_free(&words);
    return text;
}
