/* What would keep a VM from running, each with what comes of it and what mends it.
 *
 * Facts are gathered in doctor_linux.c and doctor_darwin.c, by reading files and running commands that
 * change nothing; what they mean is judged by functions of facts alone, so that a test can make any of
 * them true. */
#include "harness/doctor.h"
#include "harness/command.h"
#include "harness/describe.h"
#include "harness/doctor_place.h"
#include "harness/doctor_program.h"
#include "harness/doctor_system.h"
#include "harness/message.h"
#include "harness/name.h"
#include "harness/netns.h"
#include "common/ipv4.h"
#include "common/own_path.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BECOME_SIZE = 128, SHARED_GATEWAY = 0xc0a86901, HOST_GATEWAY = 0xc0a86a01, MASK = 0xffffff00 };
enum { DOCTOR_JSON, DOCTOR_FIX, DOCTOR_NETNS };

/* What makes a shell root, in the namespace. */
static void become_format(char become[BECOME_SIZE], const char *netns)
{
    const char *sudo = geteuid() == 0 ? "" : "sudo ";

    if (netns)
        text_format(become, BECOME_SIZE, "%sip netns exec %s ", sudo, netns);
    else
        text_copy(become, BECOME_SIZE, sudo);
}

static void examine(struct report *report, const struct store *store, const char *helper, const char *netns)
{
    struct subnet shared, host;
    char become[BECOME_SIZE];

    become_format(become, netns);
    subnet_fill(&shared, "shared", SHARED_GATEWAY, MASK);
    subnet_fill(&host, "host", HOST_GATEWAY, MASK);
    doctor_machine(report, helper);
    doctor_helper_path(report, helper, 0);
    doctor_programs(report);
    doctor_state_folder(report, store->home, &store->owner);
    doctor_socket_path(report, store->home);
    doctor_space(report, store->home);
    doctor_networks(report, &shared, &host, become, helper);
    doctor_traffic(report, &shared, become);
}

static int run(const struct store *store, const struct command_line *options)
{
    bool json = options->values[DOCTOR_JSON];
    struct report report = {.array = cJSON_CreateArray(), .out = json ? NULL : stdout};
    const char *netns = options->values[DOCTOR_NETNS] ? options->values[DOCTOR_NETNS] : getenv("VMNET_NETNS");
    char helper[PATH_MAX];

    if (netns && !*netns)
        netns = NULL;
    if ((netns && (name_check("network namespace", netns) < 0 || netns_enter(netns, 0) < 0)) || !report.array ||
        own_sibling("vmnet-helper", helper, sizeof(helper)) < 0) {
        cJSON_Delete(report.array);
        return EXIT_FAILED;
    }
    bool fixed = !options->values[DOCTOR_FIX] || doctor_fix(helper) == 0;
    examine(&report, store, helper, netns);
    if (!json)
        cJSON_Delete(report.array);
    else if (describe_print(report.array) < 0)
        return EXIT_FAILED;
    return report.blocked || !fixed ? EXIT_FAILED : EXIT_OK;
}

/* The network that the VM's options describe, as the helper has its defaults. */
static void find_subnet(const struct vm *vm, const char *mode, struct subnet *subnet)
{
    const char *start = vm_option(vm, CONFIG_START_ADDRESS), *mask_text = vm_option(vm, CONFIG_SUBNET_MASK);
    uint32_t gateway = strcmp(mode, "host") == 0 ? HOST_GATEWAY : SHARED_GATEWAY, mask = MASK;

    if (start)
        ipv4_parse(start, &gateway);
    if (mask_text)
        ipv4_parse(mask_text, &mask);
    subnet_fill(subnet, mode, gateway, mask);
}

void doctor_no_address(const struct vm *vm)
{
    struct report report = {.out = stderr, .bad_only = true, .array = cJSON_CreateArray()};
    const char *mode = vm_option(vm, CONFIG_OPERATION_MODE);
    struct subnet subnet;
    char become[BECOME_SIZE];

    if (mode && strcmp(mode, "bridged") == 0) {
        fprintf(stderr, "doctor: a bridged network has its own DHCP server: is there one on that network?\n");
    } else {
        become_format(become, vm_option(vm, CONFIG_NETNS));
        find_subnet(vm, mode ? mode : "shared", &subnet);
        fprintf(stderr, "doctor, on what may keep a guest from its address:\n");
        doctor_traffic(&report, &subnet, become);
        if (cJSON_GetArraySize(report.array) == 0)
            fprintf(stderr, "%-7s nothing; the guest may need longer, or asks for no address\n", "ok");
    }
    cJSON_Delete(report.array);
}

static const struct option_entry doctor_options[] = {
    [DOCTOR_JSON] = {"json", 0, NULL, "print JSON"},
    [DOCTOR_FIX] = {"fix", 0, NULL, "remove networks that killed helpers left, before looking"},
    [DOCTOR_NETNS] = {"netns", 0, "NAME", "look in this network namespace (default $VMNET_NETNS)"},
    {0},
};

const struct command doctor_command[] = {
    {"", "[--json] [--fix] [--netns NAME]", "Look for what would keep a virtual machine from running", doctor_options, 0,
     0, NULL, false, run, "Changes nothing without --fix. Exit status: 0, or 1 when something blocks."},
    {0},
};
