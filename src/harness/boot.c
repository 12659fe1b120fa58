#include "harness/boot.h"
#include "harness/doctor.h"
#include "harness/helper_launch.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/ssh.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static bool event_address(const char *line, char *ip)
{
    cJSON *event = cJSON_Parse(line);
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(event, "event");
    const cJSON *address = cJSON_GetObjectItemCaseSensitive(event, "address");
    uint32_t parsed;
    bool found = cJSON_IsString(kind) && strcmp(kind->valuestring, "address") == 0 && cJSON_IsString(address) &&
                 ipv4_parse(address->valuestring, &parsed) == 0;

    if (found)
        ipv4_format(parsed, ip);
    cJSON_Delete(event);
    return found;
}

bool boot_address(const char *events, char *ip)
{
    char *text = file_read(events, 1 << 20, NULL);
    bool found = false;

    /* A line that is not whole yet is left for the next time. */
    for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        found |= event_address(line, ip);
    }
    free(text);
    return found;
}

/* A child that ended must be waited for before its identity tells. */
static bool is_running(const struct identity *identity)
{
    if (!identity->pid)
        return true;
    waitpid(identity->pid, NULL, WNOHANG);
    return identity_is_alive(identity);
}

static int check_processes(const struct vm *vm)
{
    char log[PATH_MAX], reason[512];

    if (!is_running(&vm->state.machine)) {
        helper_log_reason(vm_driver_file(vm, log, "log"), reason, sizeof(reason));
        message_error("the VM \"%s\" ended while it booted%s%s; its logs are in %s; its serial line ends with:",
                      vm->name, *reason ? ": " : "", reason, vm->dir);
        /* A kernel that panics says why a screen before its last line. */
        message_log_tail(vm_file(vm, log, "serial.log"), 24);
        return -1;
    }
    if (!is_running(&vm->state.helper)) {
        helper_log_reason(vm_file(vm, log, "vmnet-helper.log"), reason, sizeof(reason));
        message_error("vmnet-helper of VM \"%s\" ended while it booted: %s; its log is %s", vm->name, reason, log);
        return -1;
    }
    return 0;
}

static int give_up(const struct vm *vm, double timeout)
{
    char log[PATH_MAX];

    message_error("VM \"%s\" %s within %.0f s; a longer --timeout may help; its serial line (%s) ends with:", vm->name,
                  *vm->state.ip ? "took no login" : "got no address", timeout, vm_file(vm, log, "serial.log"));
    message_log_tail(log, 10);
    if (!*vm->state.ip)
        doctor_no_address(vm);
    if (*vm->state.ip && *vm_file(vm, log, "ssh.log")) {
        fprintf(stderr, "  and ssh said:\n");
        message_log_tail(log, 2);
    }
    return -1;
}

/* Take a new address, if there is one. */
static int look_for_address(struct vm *vm, const struct keys *keys, bool login)
{
    char events[PATH_MAX], ip[IPV4_TEXT_SIZE];

    if (!boot_address(vm_file(vm, events, "events.jsonl"), ip) || strcmp(ip, vm->state.ip) == 0)
        return 0;
    text_copy(vm->state.ip, sizeof(vm->state.ip), ip);
    message_progress(vm->store->started, "the guest has the address %s%s", ip, login ? "; waiting for a login" : "");
    return ssh_config_write(vm, keys);
}

int boot_wait(struct vm *vm, const struct keys *keys, double timeout, bool login)
{
    double start = process_clock(), told = start;

    /* A fixed address is known before the guest is. */
    if (*vm->state.ip && ssh_config_write(vm, keys) < 0)
        return -1;
    message_progress(vm->store->started, "booting%s", *vm->state.ip ? "" : "; waiting for an address");
    for (;;) {
        if (interrupt_signal() || check_processes(vm) < 0 || look_for_address(vm, keys, login) < 0)
            return -1;
        double left = start + timeout - process_clock();
        if (left <= 0)
            return give_up(vm, timeout);
        if (*vm->state.ip && (!login || ssh_try(vm, left)))
            return 0;
        if (process_clock() - told >= 5) {
            told = process_clock();
            message_progress(vm->store->started, "still waiting for %s", *vm->state.ip ? "a login" : "an address");
        }
        interrupt_pause(0.1);
    }
}
