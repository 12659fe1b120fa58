/* The guests of a lab: VMs like others, one on each host. */
#include "harness/lab.h"
#include "harness/describe.h"
#include "harness/interrupt.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/vm.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *guest_name(const struct lab *lab, int host, char name[NAME_SIZE])
{
    text_format(name, NAME_SIZE, "%s-vm%d", lab->name, host);
    return name;
}

/* The number of the lab's host that this namespace is; 0: none of them. */
static int host_of(const struct lab *lab, const char *netns)
{
    char name[NAME_SIZE];

    for (int host = 1; netns && host <= lab->hosts; host++)
        if (strcmp(netns, lab_netns(lab, host, name)) == 0)
            return host;
    return 0;
}

static bool guest_runs(const struct lab *lab, const char *name)
{
    struct vm vm;
    bool runs = vm_open(&vm, lab->store, name) == 0 && vm.exists && vm_status(&vm) == VM_RUNNING;

    vm_close(&vm);
    return runs;
}

/* ---- Start ---- */

static int start_words(const struct lab *lab, int host, char **options, struct words *words)
{
    char path[PATH_MAX], name[NAME_SIZE], netns[NAME_SIZE];

    if (own_path(path, sizeof(path)) < 0)
        return message_error("cannot find the programs: %s", strerror(errno));
    /* Only the mounts: the image is built from the network of the machine. */
    if (lab_fabric_enter(lab, host, words) < 0)
        return -1;
    const char *const start[] = {path, "vm", "start", guest_name(lab, host, name), "--netns",
                                 lab_netns(lab, host, netns), "--operation-mode", "bridged", "--shared-interface", "lab0",
                                 "--image", "tiny", "--timeout", "300"};
    for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++)
        words_add(words, "%s", start[i]);
    for (; options && *options; options++)
        words_add(words, "%s", *options);
    return 0;
}

static char *guest_log(const struct lab *lab, int host, char path[PATH_MAX])
{
    if (!text_format(path, PATH_MAX, "%s/vm%d.log", lab->dir, host))
        *path = '\0';
    return path;
}

static pid_t guest_start(const struct lab *lab, int host, char **options)
{
    char log[PATH_MAX];
    struct words words = {0};
    pid_t pid = -1;

    if (start_words(lab, host, options, &words) == 0 && words_argv(&words)) {
        const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
        int fd = open(guest_log(lab, host, log), flags, 0600);
        struct process_options process = {.argv = words_argv(&words), .fds = {-1, fd, fd}, .fd_count = 3,
                                          .new_group = true, .die_with_parent = true};
        pid = fd < 0 ? -1 : process_start(&process);
        if (pid < 0)
            message_error("cannot start the guest of host %d: %s", host, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    words_free(&words);
    return pid;
}

/* Wait for the command; a signal to us is one to it, and it undoes what it did. */
static int guest_wait(const struct lab *lab, int host, pid_t pid)
{
    char log[PATH_MAX];
    int status;

    while ((status = process_wait(pid, 0)) < 0 && errno == ETIMEDOUT && interrupt_pause(0.05))
        ;
    if (interrupt_signal() && status < 0) {
        kill(pid, SIGTERM);
        for (int i = 0; i < 600 && (status = process_wait(pid, 0)) < 0; i++)
            usleep(100000);
    }
    if (status == 0 || interrupt_signal())
        return status == 0 && !interrupt_signal() ? 0 : -1;
    message_error("the guest of host %d did not start:", host);
    message_log_tail(guest_log(lab, host, log), 12);
    return -1;
}

int lab_guests_start(const struct lab *lab, char **options)
{
    pid_t pids[LAB_HOSTS_MAX + 1] = {0};
    char name[NAME_SIZE];
    int result = 0;

    for (int host = 1; host <= lab->hosts && result == 0; host++)
        if (!guest_runs(lab, guest_name(lab, host, name))) {
            message_progress(lab->store->started, "starting %s on host %d", name, host);
            pids[host] = guest_start(lab, host, options);
            result = pids[host] < 0 ? -1 : 0;
        }
    for (int host = 1; host <= lab->hosts; host++)
        if (pids[host] > 0 && guest_wait(lab, host, pids[host]) < 0)
            result = -1;
    return result;
}

/* ---- Remove ---- */

struct removal {
    const struct lab *lab;
    int host;
    int result;
};

/* By the commands that a person would use: they take the VM's lock. */
static int vm_command(const struct lab *lab, const char *verb, const char *option, const char *name)
{
    char path[PATH_MAX];
    struct words words = {0};

    if (own_path(path, sizeof(path)) < 0)
        return message_error("cannot find the programs: %s", strerror(errno));
    words_add(&words, "%s", path);
    words_add(&words, "vm");
    words_add(&words, "%s", verb);
    if (option)
        words_add(&words, "%s", option);
    words_add(&words, "%s", name);
    int result = job_must(&words, lab->log);
    words_free(&words);
    return result;
}

static int remove_one(struct vm *vm, void *context)
{
    struct removal *removal = context;
    int host = host_of(removal->lab, vm_option(vm, CONFIG_NETNS));
    char name[NAME_SIZE];

    if (!host || (removal->host && removal->host != host))
        return 0;
    bool own = strcmp(vm->name, guest_name(removal->lab, host, name)) == 0;
    if (vm_command(removal->lab, own ? "delete" : "stop", own ? NULL : "--force", vm->name) < 0)
        removal->result = -1;
    return 0;
}

int lab_guests_remove(const struct lab *lab, int host)
{
    struct removal removal = {.lab = lab, .host = host};

    return vm_each(lab->store, remove_one, &removal) < 0 ? -1 : removal.result;
}

/* ---- Show ---- */

struct table {
    const struct lab *lab;
    int host;
    cJSON *guests; /* NULL: lines */
};

static int show_guest(struct vm *vm, void *context)
{
    struct table *table = context;

    if (host_of(table->lab, vm_option(vm, CONFIG_NETNS)) != table->host)
        return 0;
    if (table->guests)
        cJSON_AddItemToArray(table->guests, describe_json(vm));
    else
        printf("  %-20s %-8s %s\n", vm->name, vm_status_name(vm_status(vm)), *vm->state.ip ? vm->state.ip : "-");
    return 0;
}

static int show_host(const struct lab *lab, int host, cJSON *hosts)
{
    struct table table = {.lab = lab, .host = host};
    char netns[NAME_SIZE], address[32];
    const char *state = lab_host_is_up(lab, host) ? "up" : "down";

    lab_netns(lab, host, netns);
    text_format(address, sizeof(address), "10.98.0.%d", host);
    if (!hosts) {
        printf("host %-2d %-15s %-4s underlay %s\n", host, netns, state, address);
        return vm_each(lab->store, show_guest, &table);
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "host", host);
    cJSON_AddStringToObject(json, "netns", netns);
    cJSON_AddStringToObject(json, "state", state);
    cJSON_AddStringToObject(json, "underlay", address);
    table.guests = cJSON_AddArrayToObject(json, "vms");
    cJSON_AddItemToArray(hosts, json);
    return vm_each(lab->store, show_guest, &table);
}

int lab_guests_print(const struct lab *lab, bool json)
{
    cJSON *object = json ? cJSON_CreateObject() : NULL;
    cJSON *hosts = NULL;
    int result = 0;

    if (json) {
        cJSON_AddStringToObject(object, "lab", lab->name);
        cJSON_AddStringToObject(object, "fabric", lab->fabric == LAB_OVS ? "ovs" : "vxlan");
        hosts = cJSON_AddArrayToObject(object, "hosts");
    }
    for (int host = 1; host <= lab->hosts && result == 0; host++)
        result = show_host(lab, host, hosts);
    if (json)
        return describe_print(object);
    return result;
}
