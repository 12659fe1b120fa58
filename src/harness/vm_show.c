#include "harness/describe.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/vm_commands.h"
#include "common/file.h"
#include "common/ipv4.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

/* What is listed: all, or the VMs that were named. */
struct listing {
    const struct command_line *options;
    cJSON *array;
};

static bool is_listed(const struct vm *vm, const struct command_line *options)
{
    for (int i = 0; i < options->operand_count; i++)
        if (strcmp(options->operands[i], vm->name) == 0)
            return true;
    return options->operand_count == 0;
}

static int add_to_array(struct vm *vm, void *context)
{
    const struct listing *listing = context;

    if (is_listed(vm, listing->options))
        cJSON_AddItemToArray(listing->array, describe_json(vm));
    return 0;
}

/* "3 m", "5 h", "2 d". */
static void format_age(long since, char *text, size_t size)
{
    long seconds = (long)time(NULL) - since;

    if (seconds < 120)
        text_format(text, size, "%ld s", seconds < 0 ? 0 : seconds);
    else if (seconds < 7200)
        text_format(text, size, "%ld m", seconds / 60);
    else if (seconds < 48 * 3600)
        text_format(text, size, "%ld h", seconds / 3600);
    else
        text_format(text, size, "%ld d", seconds / 86400);
}

static int print_row(struct vm *vm, void *context)
{
    const struct listing *listing = context;
    char age[32] = "-";
    enum vm_status status = vm_status(vm);

    if (!is_listed(vm, listing->options))
        return 0;
    if (status == VM_RUNNING)
        format_age(vm->state.started, age, sizeof(age));
    printf("%-20s %-8s %-15s %-10s %-10s %s\n", vm->name, vm_status_name(status), or_dash(vm->state.ip),
           or_dash(vm_option(vm, CONFIG_NETNS)), age, or_dash(vm_option(vm, CONFIG_IMAGE)));
    return 0;
}

static int print_name(struct vm *vm, void *context)
{
    const struct listing *listing = context;

    if (is_listed(vm, listing->options))
        puts(vm->name);
    return 0;
}

int vm_command_list(const struct store *store, const struct command_line *options)
{
    struct listing listing = {.options = options};
    struct vm vm;

    for (int i = 0; i < options->operand_count; i++) {
        int result = vm_open_existing(&vm, store, options->operands[i], false);
        vm_close(&vm);
        if (result < 0)
            return EXIT_FAILED;
    }
    if (options->values[SHOW_QUIET])
        return command_status(vm_each(store, print_name, &listing));
    if (options->values[SHOW_JSON]) {
        listing.array = cJSON_CreateArray();
        int result = vm_each(store, add_to_array, &listing);
        return command_status(result == 0 ? describe_print(listing.array) : result);
    }
    printf("%-20s %-8s %-15s %-10s %-10s %s\n", "NAME", "STATE", "ADDRESS", "NETNS", "UP", "IMAGE");
    return command_status(vm_each(store, print_row, &listing));
}

static void print_fields(const struct vm *vm)
{
    cJSON *json = describe_json(vm);

    for (const cJSON *item = json ? json->child : NULL; item; item = item->next)
        if (cJSON_IsString(item))
            printf("%-15s %s\n", item->string, item->valuestring);
        else if (cJSON_IsNumber(item))
            printf("%-15s %.0f\n", item->string, item->valuedouble);
        else if (cJSON_IsBool(item))
            printf("%-15s %s\n", item->string, cJSON_IsTrue(item) ? "yes" : "no");
    cJSON_Delete(json);
}

/* One VM's JSON is an object, that of many a list. */
static int print_array(cJSON *array)
{
    return describe_print(cJSON_GetArraySize(array) == 1 ? cJSON_DetachItemFromArray(array, 0)
                                                         : cJSON_Duplicate(array, true));
}

int vm_command_status(const struct store *store, const struct command_line *options)
{
    bool json = options->values[SHOW_JSON] != NULL;
    cJSON *array = cJSON_CreateArray();
    int result = 0;

    for (int i = 0; result == 0 && i < options->operand_count; i++) {
        struct vm vm;
        result = vm_open_existing(&vm, store, options->operands[i], false);
        if (result == 0 && json)
            cJSON_AddItemToArray(array, describe_json(&vm));
        else if (result == 0)
            print_fields(&vm);
        if (result == 0 && !json && i + 1 < options->operand_count)
            puts("");
        vm_close(&vm);
    }
    if (result == 0 && json)
        result = print_array(array);
    cJSON_Delete(array);
    return command_status(result);
}

/* The address of a VM that runs, for which is waited until end; out is empty without one. -1 after an error message. */
static int find_address(const struct store *store, const char *name, double end, char *out, size_t size)
{
    enum vm_status status;

    *out = '\0';
    for (;;) {
        struct vm vm;
        int result = vm_open(&vm, store, name);
        status = vm_status(&vm);
        bool exists = vm.exists;
        if (result == 0 && status == VM_RUNNING)
            text_copy(out, size, vm.state.ip);
        vm_close(&vm);
        if (result < 0 || *out)
            return result;
        if (process_clock() >= end && !exists)
            return message_error("there is no VM \"%s\"; `vm list` shows them", name);
        if (process_clock() >= end || !interrupt_pause(0.2))
            return message_error("VM \"%s\" has no address: it is %s", name, vm_status_name(status));
    }
}

int vm_command_ip(const struct store *store, const struct command_line *options)
{
    const char *text = options->values[IP_WAIT];
    unsigned long limit = 0;
    cJSON *array = cJSON_CreateArray();
    int result = 0;

    if (text && text_parse_number(text, 0, 86400, &limit) < 0) {
        message_error("option \"--wait\" must be a number of seconds from 0 to 86400, not \"%s\"", text);
        cJSON_Delete(array);
        return EXIT_USAGE;
    }
    double end = process_clock() + (double)limit;
    for (int i = 0; result == 0 && i < options->operand_count; i++) {
        char ip[IPV4_TEXT_SIZE];
        result = find_address(store, options->operands[i], end, ip, sizeof(ip));
        if (result == 0 && options->values[IP_JSON]) {
            cJSON *json = cJSON_CreateObject();
            cJSON_AddStringToObject(json, "name", options->operands[i]);
            cJSON_AddStringToObject(json, "ip", ip);
            cJSON_AddItemToArray(array, json);
        } else if (result == 0) {
            puts(ip);
        }
    }
    if (result == 0 && options->values[IP_JSON])
        result = print_array(array);
    cJSON_Delete(array);
    return command_status(result);
}

/* Where the last lines of the file begin. */
static off_t find_tail(int fd, unsigned long lines)
{
    off_t at = lseek(fd, 0, SEEK_END);
    char byte;

    if (at > 0 && pread(fd, &byte, 1, at - 1) == 1 && byte == '\n')
        at--;
    while (at > 0 && pread(fd, &byte, 1, at - 1) == 1 && !(byte == '\n' && --lines == 0))
        at--;
    return at;
}

static int copy_log(const char *path, unsigned long lines, bool follow)
{
    char text[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return message_error("there is no log %s: %s", path, strerror(errno));
    if (lines)
        lseek(fd, find_tail(fd, lines), SEEK_SET);
    do {
        for (ssize_t count; (count = read(fd, text, sizeof(text))) > 0;)
            if (file_write_all(STDOUT_FILENO, text, (size_t)count) < 0)
                follow = false;
    } while (follow && interrupt_pause(0.2));
    close(fd);
    return 0;
}

int vm_command_logs(const struct store *store, const struct command_line *options)
{
    struct vm vm;
    char path[PATH_MAX];
    unsigned long lines = 0;
    const char *count = options->values[LOGS_LINES];

    if (count && text_parse_number(count, 1, 1000000, &lines) < 0) {
        message_error("option \"--lines\" must be a number from 1 to 1000000, not \"%s\"", count);
        return EXIT_USAGE;
    }
    int result = vm_open_existing(&vm, store, options->operands[0], false);
    const char *file = options->values[LOGS_HELPER] ? "vmnet-helper.log" :
                       options->values[LOGS_EVENTS] ? "events.jsonl" : "serial.log";
    bool is_vm_log = options->values[LOGS_VM] != NULL;
    /* With vmnet-client both share one. */
    const char *connection = result == 0 ? vm_option(&vm, CONFIG_CONNECTION) : NULL;
    if (options->values[LOGS_HELPER] && connection && strcmp(connection, "client") == 0)
        is_vm_log = true;
    if (result == 0 && is_vm_log)
        vm_driver_file(&vm, path, "log");
    else if (result == 0)
        vm_file(&vm, path, file);
    if (result == 0)
        result = copy_log(path, lines, options->values[LOGS_FOLLOW] != NULL);
    vm_close(&vm);
    return command_status(result);
}
