/* What would keep a VM from running, each with what it is good for and what mends it. */
#include "harness/accelerator.h"
#include "harness/command.h"
#include "harness/describe.h"
#include "harness/message.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum severity { FINE, NOTE, BLOCKS };

struct finding {
    const char *check;
    enum severity severity;
    char found[PATH_MAX];
    const char *remedy; /* if it is not fine */
};

struct report {
    cJSON *array; /* with --json */
    bool blocked;
};

static const char *const severities[] = {"ok", "note", "blocks"};

static void tell(struct report *report, const struct finding *finding)
{
    report->blocked |= finding->severity == BLOCKS;
    if (report->array) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "check", finding->check);
        cJSON_AddStringToObject(item, "result", severities[finding->severity]);
        cJSON_AddStringToObject(item, "found", finding->found);
        if (finding->severity != FINE)
            cJSON_AddStringToObject(item, "remedy", finding->remedy);
        cJSON_AddItemToArray(report->array, item);
        return;
    }
    printf("%-7s %-12s %s\n", severities[finding->severity], finding->check, finding->found);
    if (finding->severity != FINE)
        printf("%-7s %-12s remedy: %s\n", "", "", finding->remedy);
}

/* The path of a program in PATH or where administrators' programs are. */
static bool find_program(const char *name, char *path, size_t size)
{
    const char *list = getenv("PATH");
    char all[PATH_MAX];

    text_format(all, sizeof(all), "%s:/usr/sbin:/sbin:/usr/local/sbin", list ? list : "/usr/bin:/bin");
    for (char *rest = all, *dir; (dir = strsep(&rest, ":"));)
        if (*dir && text_format(path, size, "%s/%s", dir, name) && access(path, X_OK) == 0)
            return true;
    return false;
}

static void check_privilege(struct report *report)
{
    char path[PATH_MAX], helper[PATH_MAX] = "", *output = NULL;
    const char *const sudo[] = {"sudo", "--non-interactive", helper, "--version", NULL};
    struct finding finding = {.check = "privilege", .remedy = "run with sudo, or allow vmnet-helper in /etc/sudoers.d"};

    if (geteuid() == 0) {
        text_copy(finding.found, sizeof(finding.found), "running as root");
    } else if (own_sibling("vmnet-helper", helper, sizeof(helper)) == 0 && find_program("sudo", path, sizeof(path)) &&
               process_run(sudo, &output) == 0) {
        text_copy(finding.found, sizeof(finding.found), "sudo runs vmnet-helper without a password");
    } else {
        finding.severity = BLOCKS;
        text_copy(finding.found, sizeof(finding.found), "not root, and sudo asks for a password or is missing: "
                                                        "the helper cannot open a network interface");
    }
    free(output);
    tell(report, &finding);
}

static void check_tun(struct report *report)
{
    struct stat status;
    struct finding finding = {.check = "tun", .found = "/dev/net/tun is there", .remedy = "modprobe tun"};

    if (stat("/dev/net/tun", &status) < 0 || !S_ISCHR(status.st_mode)) {
        finding.severity = BLOCKS;
        text_copy(finding.found, sizeof(finding.found), "there is no /dev/net/tun: no interface can be made");
    }
    tell(report, &finding);
}

static void check_programs(struct report *report)
{
    static const struct {
        const char *name, *package;
        enum severity severity;
    } programs[] = {
        {"qemu-system-x86_64", "apt-get install qemu-system-x86", BLOCKS},
        {"qemu-img", "apt-get install qemu-utils", BLOCKS},
        {"xorriso", "apt-get install xorriso", BLOCKS},
        {"ssh", "apt-get install openssh-client", BLOCKS},
        {"ssh-keygen", "apt-get install openssh-client", BLOCKS},
        {"ip", "apt-get install iproute2", BLOCKS},
        {"dnsmasq", "apt-get install dnsmasq-base", BLOCKS},
        {"mmdebstrap", "apt-get install mmdebstrap", NOTE},
        {"iperf3", "apt-get install iperf3", NOTE},
    };

    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
        struct finding finding = {.check = "program", .remedy = programs[i].package};
        if (!find_program(programs[i].name, finding.found, sizeof(finding.found))) {
            finding.severity = programs[i].severity;
            text_format(finding.found, sizeof(finding.found), "%s is missing", programs[i].name);
        }
        tell(report, &finding);
    }
}

static void check_own_programs(struct report *report)
{
    static const char *const names[] = {"vmnet-helper", "vmnet-client"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct finding finding = {.check = "program", .remedy = "make"};
        if (own_sibling(names[i], finding.found, sizeof(finding.found)) < 0 || access(finding.found, X_OK) < 0) {
            finding.severity = BLOCKS;
            text_format(finding.found, sizeof(finding.found), "%s is not beside vmnet-harness", names[i]);
        }
        tell(report, &finding);
    }
}

static void check_accelerator(struct report *report)
{
    static const char *const names[] = {"emulation (TCG)", "KVM", "the hypervisor framework"};
    struct finding finding = {.check = "accelerator",
                              .remedy = "none needed; for speed use a machine whose processor's virtualization is on"};
    char reason[160];
    enum accelerator found = accelerator_find(reason, sizeof(reason));

    finding.severity = found == ACCELERATOR_TCG ? NOTE : FINE;
    text_format(finding.found, sizeof(finding.found), "guests run by %s: %s", names[found], reason);
    tell(report, &finding);
}

static void check_space(struct report *report, const struct store *store)
{
    static const double wanted = 2.0 * (1 << 30), least = 128.0 * (1 << 20);
    struct finding finding = {.check = "space", .remedy = "free some, or set VMNET_HOME to another file system"};
    struct statvfs status;

    if (statvfs(store->home, &status) < 0)
        return;
    double space = (double)status.f_bavail * (double)status.f_frsize;
    finding.severity = space < least ? BLOCKS : space < wanted ? NOTE : FINE;
    text_format(finding.found, sizeof(finding.found), "%.1f GiB free for %s", space / (1 << 30), store->home);
    tell(report, &finding);
}

enum { DOCTOR_JSON };

static int run(const struct store *store, const struct command_line *options)
{
    struct report report = {.array = options->values[DOCTOR_JSON] ? cJSON_CreateArray() : NULL};

    check_privilege(&report);
    check_tun(&report);
    check_own_programs(&report);
    check_programs(&report);
    check_accelerator(&report);
    check_space(&report, store);
    if (report.array && describe_print(report.array) < 0)
        return EXIT_FAILED;
    return report.blocked ? EXIT_FAILED : EXIT_OK;
}

static const struct option_entry doctor_options[] = {
    [DOCTOR_JSON] = {"json", 0, NULL, "print JSON"},
    {0},
};

const struct command doctor_command[] = {
    {"", "[--json]", "Look for what would keep a virtual machine from running", doctor_options, 0, 0, NULL, false, run,
     "Exit status: 0, or 1 when something blocks."},
    {0},
};
