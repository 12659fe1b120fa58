#include "harness/accelerator.h"
#include "harness/doctor_mac.h"
#include "harness/doctor_program.h"
#include "harness/doctor_sudo.h"
#include "harness/doctor_system.h"
#include "harness/message.h"
#include "common/file.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SOCKETFILTERFW "/usr/libexec/ApplicationFirewall/socketfilterfw"

/* What a command prints, never NULL; *status, unless NULL, is its exit status. Freed by the caller. */
static char *ask(int *status, const char *const *argv)
{
    char *text = NULL;
    int result = program_output(argv, &text);

    if (status)
        *status = result;
    return text ? text : strdup("");
}

#define ASK(status, ...) ask(status, (const char *const[]){__VA_ARGS__, NULL})

static char *version(void)
{
    char *text = ASK(NULL, "/usr/bin/sw_vers", "-productVersion");

    if (text)
        text[strcspn(text, "\n")] = '\0';
    return text;
}

static void check_programs(struct report *report)
{
    static const struct program programs[] = {
        {"qemu-system-aarch64", {NULL, NULL, "qemu"}, NOTE, "--driver qemu runs guests with it"},
        {"vfkit", {NULL, NULL, "vfkit"}, NOTE, "--driver vfkit runs guests with it"},
        {"krunkit", {NULL, NULL, "slp/krun/krunkit"}, NOTE, "--driver krunkit runs guests with it"},
    };

    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
        doctor_program(report, &programs[i], PACKAGER_BREW);
}

static void check_helper(struct report *report, const char *helper, const char *release)
{
    char *entitlements = ASK(NULL, "/usr/bin/codesign", "--display", "--entitlements", "-", "--xml", helper);
    char *archs = ASK(NULL, "/usr/bin/lipo", "-archs", helper);
    char *translated = ASK(NULL, "/usr/sbin/sysctl", "-n", "sysctl.proc_translated");
    char *arm = ASK(NULL, "/usr/sbin/sysctl", "-n", "hw.optional.arm64");
    int unverified;

    free(ASK(&unverified, "/usr/bin/codesign", "--verify", helper));
    if (entitlements && archs && translated && arm) {
        mac_signature(report, release, geteuid() == 0, unverified == 0, entitlements, helper);
        mac_architecture(report, archs, arm[0] == '1' ? "arm64" : "x86_64", translated);
    }
    free(entitlements);
    free(archs);
    free(translated);
    free(arm);
}

void doctor_machine(struct report *report, const char *helper)
{
    char *release = version(), reason[160];

    if (!release)
        return;
    if (geteuid() == 0)
        report_fine(report, "privilege", "running as root");
    else if (mac_needs_root(release))
        doctor_sudo_ask(report, helper);
    else
        report_fine(report, "privilege", "macOS %s needs no root", release);
    check_helper(report, helper, release);
    mac_local_network(report, release, geteuid() == 0);
    if (accelerator_find(reason, sizeof(reason)) == ACCELERATOR_TCG)
        report_bad(report, NOTE, "accelerator", "guests are emulated (TCG), ten times slower or more",
                   "none here: in a virtual machine, use one with nested virtualization", "%s", reason);
    else
        report_fine(report, "accelerator", "the hypervisor framework: %s", reason);
    check_programs(report);
    free(release);
}

void doctor_traffic(struct report *report, const struct subnet *subnet, const char *become)
{
    char *state = ASK(NULL, SOCKETFILTERFW, "--getglobalstate"), *all = ASK(NULL, SOCKETFILTERFW, "--getblockall");
    char *bootpd = ASK(NULL, SOCKETFILTERFW, "--getappblocked", "/usr/libexec/bootpd");
    char *nat = ASK(NULL, "/usr/bin/defaults", "read", "/Library/Preferences/SystemConfiguration/com.apple.nat");
    char *leases = file_read("/var/db/dhcpd_leases", 16 << 20, NULL);

    if (state && all && bootpd)
        mac_firewall(report, state, all, bootpd);
    if (nat)
        mac_internet_sharing(report, nat);
    mac_leases(report, leases ? leases : "", subnet, (long)time(NULL));
    free(state);
    free(all);
    free(bootpd);
    free(nat);
    free(leases);
}

void doctor_networks(struct report *report, const struct subnet *shared, const struct subnet *host, const char *become,
                     const char *helper)
{
    const struct subnet *const subnets[] = {shared, host};
    char *interfaces = ASK(NULL, "/sbin/ifconfig"), who[256];

    for (int i = 0; interfaces && i < 2; i++)
        doctor_subnet(report, subnets[i],
                      mac_subnet_is_taken(subnets[i], interfaces, who, sizeof(who)) ? who : NULL);
    free(interfaces);
}

int doctor_fix(const char *helper)
{
    return message_error("--fix: macOS itself removes the networks of helpers that are gone; there is nothing to do");
}
