#include "bench/guest.h"
#include "bench/stop.h"
#include "common/file.h"
#include "common/log.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Time for an image to be built, which the first start does. */
enum { START_LIMIT = 1800, STOP_LIMIT = 120, PREPARE_LIMIT = 600, START_AT_ONCE = 8 };

/* Of the harness, for one VM: emulated ones beside each other need more than its two minutes. */
#define START_TIMEOUT "300"

const char *guest_harness(void)
{
    static char path[PATH_MAX];

    if (!*path && own_sibling("vmnet-harness", path, sizeof(path)) < 0)
        return "vmnet-harness";
    return path;
}

/* "bench-qemu-tiny-host-1": letters, digits and dashes. The harness keeps the options of a VM, and those of
 * one mode do not suit another one: so each has its own. */
void guest_name(const struct matrix_setup *setup, unsigned index, char *name, size_t size)
{
    text_format(name, size, "bench-%s-%s-%u", setup->driver->label, setup->key.mode, index + 1);
    for (char *c = name; *c; c++)
        if (!isascii((unsigned char)*c) || !isalnum((unsigned char)*c))
            *c = '-';
}

/* The last line of what a program wrote to a file: the reason of its failure. */
static void last_line(FILE *file, char *line, size_t size)
{
    char text[4096];
    long end = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0;

    fseek(file, end > (long)sizeof(text) - 1 ? end - (long)sizeof(text) + 1 : 0, SEEK_SET);
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    const char *start = strrchr(text, '\n');
    start = start ? start + 1 : text;
    if (!strncmp(start, "error: ", 7))
        start += 7;
    text_printable(line, size, start, strlen(start));
}

/* What capture_run() or capture_finish() returned, with what the program wrote to errors (closed). */
static int check(const char *program, int status, FILE *errors, char *reason, size_t size)
{
    int error = errno;
    char line[300] = "";

    if (status != 0 && errors)
        last_line(errors, line, sizeof(line));
    if (errors)
        fclose(errors);
    if (status == 0)
        return 0;
    if (*line)
        text_copy(reason, size, line);
    else
        text_format(reason, size, "%s: %s", program, status < 0 ? strerror(error) : "failed without a reason");
    return -1;
}

/* Run a program; its stderr is only of interest when it fails. *output as capture_run() has it. */
static int run_quietly(const char *const *argv, double limit, char **output, char *reason, size_t size)
{
    FILE *errors = tmpfile();
    int status = capture_run(argv, errors ? fileno(errors) : -1, limit, output);

    return check(argv[0], status, errors, reason, size);
}

static void add(const char **argv, int *count, const char *option, const char *value)
{
    if (!*value)
        return;
    argv[(*count)++] = option;
    argv[(*count)++] = value;
}

static void read_text(const cJSON *root, const char *key, char *out, size_t size)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, key);

    if (!cJSON_IsString(value) || !text_copy(out, size, value->valuestring))
        *out = '\0';
}

static pid_t read_pid(const cJSON *root, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, key);

    return cJSON_IsNumber(value) && value->valuedouble > 1 && value->valuedouble < 1e9 ? (pid_t)value->valuedouble : 0;
}

/* What runs the guest's instructions: numbers of a guest that is emulated are another thing. */
static void read_accelerator(struct guest *guest)
{
    char path[PATH_MAX];
    char *text = text_format(path, sizeof(path), "%s/qemu.command", guest->dir) ? file_read(path, 1 << 20, NULL) : NULL;
    const char *word = text ? strstr(text, "-accel ") : NULL;

    if (word) {
        word += strlen("-accel ");
        text_printable(guest->accelerator, sizeof(guest->accelerator), word, strcspn(word, ", \n'\""));
    }
    free(text);
}

static int read_state(struct guest *guest, const char *json, const char *mode, char *reason, size_t size)
{
    char its_mode[NAME_SIZE];
    cJSON *root = cJSON_Parse(json);

    read_text(root, "ip", guest->ip, sizeof(guest->ip));
    read_text(root, "dir", guest->dir, sizeof(guest->dir));
    read_text(root, "operation_mode", its_mode, sizeof(its_mode));
    read_text(root, "image", guest->image, sizeof(guest->image));
    read_accelerator(guest);
    if (!*guest->dir || !text_format(guest->log, sizeof(guest->log), "%s/vmnet-helper.log", guest->dir))
        *guest->log = '\0';
    guest->helper = read_pid(root, "helper_pid");
    guest->machine = read_pid(root, "pid");
    cJSON_Delete(root);
    /* One that still runs after a bench was killed may be in another network. */
    if (strcmp(its_mode, mode)) {
        text_format(reason, size, "the VM runs already, in mode \"%s\"", its_mode);
        return -1;
    }
    if (!*guest->ip)
        text_copy(reason, size, "vmnet-harness does not tell the address of the VM");
    return *guest->ip ? 0 : -1;
}

/* A command that must be done also after Ctrl-C. */
static int run_through(const char *const *argv)
{
    struct process_options options = {.argv = argv, .fds = {-1, -1, -1}, .fd_count = 3, .new_group = true};
    pid_t pid = process_start(&options);

    if (pid < 0)
        return -1;
    int status = process_wait(pid, STOP_LIMIT);
    if (status < 0)
        process_end(pid, 5);
    return status == 0 ? 0 : -1;
}

int guest_delete(const char *name)
{
    const char *const argv[] = {guest_harness(), "vm", "delete", name, NULL};

    return run_through(argv);
}

/* Back to what was kept of its disk. One that still runs is left alone: its disk is locked, and it starts no more. */
static void revert(struct guest *guest)
{
    const char *const argv[] = {guest_harness(), "vm", "status", guest->name, "--json", NULL};
    char *output = NULL;

    guest->snapshot = SNAPSHOT_NONE;
    if (capture_run(argv, -1, STOP_LIMIT, &output) == 0) {
        char dir[PATH_MAX];
        cJSON *root = cJSON_Parse(output);
        read_text(root, "dir", dir, sizeof(dir));
        cJSON_Delete(root);
        if (*dir)
            guest->snapshot = snapshot_revert(dir);
    }
    free(output);
}

struct launch {
    struct capture capture;
    FILE *errors;
};

static int launch(struct guest *guest, const struct guest_order *order, struct launch *launch)
{
    const struct benchmark *benchmark = order->benchmark;
    const struct matrix_setup *setup = order->setup;
    char cpus[16], memory[16] = "";
    const char *argv[40] = {guest_harness(), "vm", "start", guest->name, "--json", "--stats-interval", "1",
                            "--timeout", START_TIMEOUT};
    int count = 9;

    if (order->fresh)
        guest_delete(guest->name);
    else
        revert(guest);
    snprintf(cpus, sizeof(cpus), "%u", benchmark->cpus);
    if (benchmark->memory)
        snprintf(memory, sizeof(memory), "%u", benchmark->memory);
    add(argv, &count, "--driver", setup->driver->name);
    add(argv, &count, "--driver-command", setup->driver->command);
    add(argv, &count, "--image", *setup->driver->image ? setup->driver->image : benchmark->image);
    add(argv, &count, "--operation-mode", setup->key.mode);
    if (!strcmp(setup->key.mode, "bridged"))
        add(argv, &count, "--shared-interface", benchmark->shared_interface);
    add(argv, &count, "--netns", order->netns ? order->netns : "");
    if (benchmark->cpus)
        add(argv, &count, "--cpus", cpus);
    add(argv, &count, "--memory", memory);
    add(argv, &count, "--offload-engine", setup->driver->engine);
    if (setup->driver->offloading)
        argv[count++] = "--enable-offloading";
    launch->errors = tmpfile();
    guest->running = true; /* and to be stopped, however far it came */
    return capture_start(&launch->capture, argv, launch->errors ? fileno(launch->errors) : -1);
}

static int land(struct guest *guest, const struct guest_order *order, struct launch *launch, char *reason, size_t size)
{
    char *output = NULL;
    int status = capture_finish(&launch->capture, START_LIMIT, &output);
    int result = check("vmnet-harness", status, launch->errors, reason, size);

    if (result == 0)
        result = read_state(guest, output ? output : "", order->setup->key.mode, reason, size);
    free(output);
    return result;
}

/* See to it that iperf3 is in the guest. */
static int prepare(struct guest *guest, char *reason, size_t size)
{
    static const char script[] =
        "command -v iperf3 >/dev/null || { sudo -n apt-get -qy update && sudo -n apt-get -qy install iperf3 || "
        "sudo -n apk add iperf3 || sudo -n dnf -qy install iperf3; } >/dev/null 2>&1; "
        "command -v iperf3 >/dev/null && { [ ! -d /etc/cloud ] || cloud-init status --wait >/dev/null 2>&1 || :; "
        "sync; uname -r; }";
    const char *const argv[] = {guest_harness(), "vm", "ssh", guest->name, "--", script, NULL};
    char *output = NULL;
    int result = run_quietly(argv, PREPARE_LIMIT, &output, reason, size);

    if (result == 0 && output)
        text_printable(guest->kernel, sizeof(guest->kernel), output, strcspn(output, "\n"));
    else if (!stop_wanted())
        text_copy(reason, size, "iperf3 is not in the guest, and could not be installed there");
    guest->is_ready = result == 0;
    free(output);
    return result;
}

/* So many of them at once. The first reason counts, but all are waited for. */
static int start_some(struct guest *guests, unsigned count, const struct guest_order *order, char *reason, size_t size)
{
    struct launch launches[START_AT_ONCE];
    char first[300] = "", other[300] = "";
    unsigned started = 0;
    int result = 0;

    while (started < count && result == 0)
        if ((result = launch(&guests[started], order, &launches[started])) == 0)
            started++;
        else
            result = check("vmnet-harness", -1, launches[started].errors, first, sizeof(first));
    for (unsigned i = 0; i < started; i++)
        if (land(&guests[i], order, &launches[i], *first ? other : first, sizeof(first)) < 0)
            result = -1;
    for (unsigned i = 0; i < started && result == 0; i++)
        result = prepare(&guests[i], first, sizeof(first));
    if (result < 0)
        text_copy(reason, size, first);
    return result;
}

static void name_all(struct guest *guests, unsigned count, const struct guest_order *order)
{
    for (unsigned i = 0; i < count; i++) {
        guests[i] = (struct guest){0};
        guest_name(order->setup, i, guests[i].name, sizeof(guests[i].name));
    }
}

bool guests_are_ready(struct guest *guests, unsigned count, const struct guest_order *order)
{
    name_all(guests, count, order);
    for (unsigned i = 0; i < count; i++) {
        revert(&guests[i]);
        if (guests[i].snapshot == SNAPSHOT_NONE)
            return false;
    }
    return true;
}

int guests_start(struct guest *guests, unsigned count, const struct guest_order *order, char *reason, size_t size)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned at_once = processors < 1 ? 1 : processors > START_AT_ONCE ? START_AT_ONCE : (unsigned)processors;
    int result = 0;

    name_all(guests, count, order);
    for (unsigned i = 0; i < count && result == 0; i += at_once)
        result = stop_wanted() ? -1 :
                 start_some(guests + i, count - i < at_once ? count - i : at_once, order, reason, size);
    return result;
}

void guests_stop(struct guest *guests, unsigned count)
{
    const char *argv[4 + GUESTS_MAX] = {guest_harness(), "vm", "stop"};
    int words = 3;

    for (unsigned i = 0; i < count; i++)
        if (guests[i].running)
            argv[words++] = guests[i].name;
    bool stopped = words > 3 && run_through(argv) == 0;
    for (unsigned i = 0; i < count; i++) {
        struct guest *guest = &guests[i];
        if (stopped && guest->is_ready && guest->snapshot == SNAPSHOT_NONE && !stop_wanted())
            snapshot_take(guest->dir);
        guest->running = false;
    }
}

int guest_exec(const struct guest *guest, const char *const *argv_tail, struct capture *capture)
{
    const char *argv[32] = {guest_harness(), "vm", "exec", guest->name, "--"};

    for (int i = 0; i < 24 && argv_tail[i]; i++)
        argv[5 + i] = argv_tail[i];
    return capture_start(capture, argv, -1);
}
