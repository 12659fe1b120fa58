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
enum { START_LIMIT = 1800, STOP_LIMIT = 120, PREPARE_LIMIT = 600 };

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

/* Run a program; its stderr is only of interest when it fails. *output as capture_run() has it. */
static int run_quietly(const char *const *argv, double limit, char **output, char *reason, size_t size)
{
    FILE *errors = tmpfile();
    int status = capture_run(argv, errors ? fileno(errors) : -1, limit, output);

    if (status != 0) {
        char line[300] = "";
        if (errors)
            last_line(errors, line, sizeof(line));
        if (*line)
            text_copy(reason, size, line);
        else
            text_format(reason, size, "%s: %s", argv[0], status < 0 ? strerror(errno) : "failed without a reason");
    }
    if (errors)
        fclose(errors);
    return status == 0 ? 0 : -1;
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

/* What runs the guest's instructions: numbers of a guest that is emulated are another thing. */
static void read_accelerator(struct guest *guest, const char *dir)
{
    char path[PATH_MAX];
    char *text = text_format(path, sizeof(path), "%s/qemu.command", dir) ? file_read(path, 1 << 20, NULL) : NULL;
    const char *word = text ? strstr(text, "-accel ") : NULL;

    if (word) {
        word += strlen("-accel ");
        text_printable(guest->accelerator, sizeof(guest->accelerator), word, strcspn(word, ", \n'\""));
    }
    free(text);
}

static int read_state(struct guest *guest, const char *json, const char *mode, char *reason, size_t size)
{
    char dir[PATH_MAX], its_mode[NAME_SIZE];
    cJSON *root = cJSON_Parse(json);
    const cJSON *pid = cJSON_GetObjectItemCaseSensitive(root, "helper_pid");

    read_text(root, "ip", guest->ip, sizeof(guest->ip));
    read_text(root, "dir", dir, sizeof(dir));
    read_text(root, "operation_mode", its_mode, sizeof(its_mode));
    read_text(root, "image", guest->image, sizeof(guest->image));
    read_accelerator(guest, dir);
    if (!*dir || !text_format(guest->log, sizeof(guest->log), "%s/vmnet-helper.log", dir))
        *guest->log = '\0';
    guest->helper = cJSON_IsNumber(pid) && pid->valuedouble > 1 && pid->valuedouble < 1e9 ? (pid_t)pid->valuedouble : 0;
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

int guest_start(struct guest *guest, const struct benchmark *benchmark, const struct matrix_setup *setup,
                unsigned index, const char *netns, bool fresh, char *reason, size_t size)
{
    char cpus[16], memory[16] = "", *output = NULL;
    const char *argv[40] = {guest_harness(), "vm", "start", guest->name, "--json", "--stats-interval", "1"};
    int count = 7;

    guest_name(setup, index, guest->name, sizeof(guest->name));
    if (fresh)
        guest_delete(guest->name);
    snprintf(cpus, sizeof(cpus), "%u", benchmark->cpus);
    if (benchmark->memory)
        snprintf(memory, sizeof(memory), "%u", benchmark->memory);
    add(argv, &count, "--driver", setup->driver->name);
    add(argv, &count, "--driver-command", setup->driver->command);
    add(argv, &count, "--image", *setup->driver->image ? setup->driver->image : benchmark->image);
    add(argv, &count, "--operation-mode", setup->key.mode);
    if (!strcmp(setup->key.mode, "bridged"))
        add(argv, &count, "--shared-interface", benchmark->shared_interface);
    add(argv, &count, "--netns", netns ? netns : "");
    if (benchmark->cpus)
        add(argv, &count, "--cpus", cpus);
    add(argv, &count, "--memory", memory);
    if (setup->driver->offloading) {
        argv[count++] = "--enable-tso";
        argv[count++] = "--enable-checksum-offload";
    }
    guest->running = true; /* and to be stopped, however far it came */
    int result = run_quietly(argv, START_LIMIT, &output, reason, size);
    if (result == 0)
        result = read_state(guest, output ? output : "", setup->key.mode, reason, size);
    free(output);
    return result;
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

void guest_stop(struct guest *guest)
{
    const char *const argv[] = {guest_harness(), "vm", "stop", guest->name, NULL};

    if (guest->running)
        run_through(argv);
    guest->running = false;
}

int guest_delete(const char *name)
{
    const char *const argv[] = {guest_harness(), "vm", "delete", name, NULL};

    return run_through(argv);
}

int guest_exec(const struct guest *guest, const char *const *argv_tail, struct capture *capture)
{
    const char *argv[32] = {guest_harness(), "vm", "exec", guest->name, "--"};

    for (int i = 0; i < 24 && argv_tail[i]; i++)
        argv[5 + i] = argv_tail[i];
    return capture_start(capture, argv, -1);
}

int guest_prepare(struct guest *guest, char *reason, size_t size)
{
    static const char script[] =
        "command -v iperf3 >/dev/null || { sudo -n apt-get -qy update && sudo -n apt-get -qy install iperf3 || "
        "sudo -n apk add iperf3 || sudo -n dnf -qy install iperf3; } >/dev/null 2>&1; "
        "command -v iperf3 >/dev/null && uname -r";
    const char *const argv[] = {guest_harness(), "vm", "ssh", guest->name, "--", script, NULL};
    char *output = NULL;
    int result = run_quietly(argv, PREPARE_LIMIT, &output, reason, size);

    if (result == 0 && output)
        text_printable(guest->kernel, sizeof(guest->kernel), output, strcspn(output, "\n"));
    else if (!stop_wanted())
        text_copy(reason, size, "iperf3 is not in the guest, and could not be installed there");
    free(output);
    return result;
}
