#include "harness/doctor_linux.h"
#include "harness/doctor_firewall.h"
#include "harness/doctor_port.h"
#include "harness/doctor_program.h"
#include "harness/doctor_stale.h"
#include "harness/doctor_sudo.h"
#include "harness/doctor_system.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/helper_privilege.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

void doctor_tun(struct report *report, int error)
{
    const char *why = "no network interface can be made for a VM";

    if (!error)
        report_fine(report, "tun", "/dev/net/tun opens");
    else if (error == ENOENT)
        report_bad(report, BLOCKS, "tun", why, "modprobe tun (in a container: --device /dev/net/tun)",
                   "there is no /dev/net/tun");
    else if (error == ENODEV || error == ENXIO)
        report_bad(report, BLOCKS, "tun", why, "modprobe tun", "/dev/net/tun is there, but the kernel has no tun");
    else
        report_bad(report, BLOCKS, "tun", why, error == EPERM || error == EACCES
                   ? "chmod 666 /dev/net/tun (in a container: --device /dev/net/tun)" : "modprobe tun",
                   "/dev/net/tun does not open: %s", strerror(error));
}

void doctor_capability(struct report *report, const char *status)
{
    const char *line = strstr(status, "CapEff:");
    unsigned long long set = 0;

    if (!line || sscanf(line, "CapEff: %llx", &set) != 1 || set >> CAP_NET_ADMIN & 1)
        report_fine(report, "privilege", "running as root");
    else
        report_bad(report, BLOCKS, "privilege", "the helper cannot make a network interface",
                   "run outside of the container, or give it the right: --cap-add NET_ADMIN",
                   "root, but without the capability CAP_NET_ADMIN");
}

void doctor_accelerator(struct report *report, enum accelerator found, const char *reason, int error)
{
    const char *why = "guests are emulated (TCG), ten times slower or more", *remedy;

    if (found != ACCELERATOR_TCG) {
        report_fine(report, "accelerator", "KVM: %s", reason);
        return;
    }
    if (error == EACCES)
        remedy = "usermod -a -G kvm YOU (as root), then log in again";
    else if (error == ENOENT)
        remedy = "switch virtualization on in the firmware, and: modprobe kvm_intel (or kvm_amd); a cloud machine needs "
                 "a kind with nested virtualization";
    else
        remedy = "none here: use a machine whose processor's virtualization can be used";
    report_bad(report, NOTE, "accelerator", why, remedy, "%s", reason);
}

static void check_privilege(struct report *report, const char *helper)
{
    if (geteuid() != 0 && !helper_needs_sudo(helper)) {
        report_fine(report, "privilege", "%s has CAP_NET_ADMIN: it joins networks that root keeps up, and makes none",
                    helper);
        return;
    }
    if (geteuid() != 0) {
        doctor_sudo_ask(report, helper);
        return;
    }
    char *status = file_read("/proc/self/status", 65536, NULL);
    doctor_capability(report, status ? status : "");
    free(status);
}

/* Opening changes nothing: an interface is made by an ioctl only. */
static int open_error(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    int error = fd < 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return error;
}

void doctor_machine(struct report *report, const char *helper)
{
    static const struct program arm = {"qemu-system-aarch64", {"qemu-system-arm", "qemu-system-aarch64-core", NULL},
                                       BLOCKS, "runs the VMs"};
    static const struct program intel = {"qemu-system-x86_64", {"qemu-system-x86", "qemu-system-x86-core", NULL}, BLOCKS,
                                         "runs the VMs"};
    static const struct program programs[] = {
        {"ip", {"iproute2", "iproute", NULL}, BLOCKS, "makes network namespaces"},
        {"dnsmasq", {"dnsmasq-base", "dnsmasq", NULL}, BLOCKS, "gives guests their addresses"},
        {"nft", {"nftables", "nftables", NULL}, NOTE, "lets the doctor see firewalls"},
        {"mmdebstrap", {"mmdebstrap", "mmdebstrap", NULL}, NOTE, "builds the images debian and tiny"},
    };
    struct utsname system = {.machine = ""};
    char reason[160];

    check_privilege(report, helper);
    doctor_tun(report, open_error("/dev/net/tun"));
    enum accelerator found = accelerator_find(reason, sizeof(reason));
    doctor_accelerator(report, found, reason, open_error("/dev/kvm"));
    uname(&system);
    doctor_program(report, strcmp(system.machine, "aarch64") == 0 ? &arm : &intel, packager_find());
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
        doctor_program(report, &programs[i], packager_find());
}

/* The tables of the old iptables, only where its module is loaded: its program would load it. */
static void read_legacy(struct firewall *firewall, const char *bridge)
{
    static const char *const programs[] = {"iptables-legacy-save", "iptables-save"};
    char *names = file_read("/proc/self/net/ip_tables_names", 4096, NULL), *text = NULL, path[PATH_MAX];

    for (size_t i = 0; names && strstr(names, "filter") && !text && i < sizeof(programs) / sizeof(*programs); i++) {
        const char *const save[] = {path, "-t", "filter", NULL};
        if (program_find(programs[i], path, sizeof(path)) && program_output(save, &text) == 0 && text)
            firewall_read_iptables(firewall, text, bridge);
    }
    free(text);
    free(names);
}

static int bridge_netfilter(void)
{
    char *text = file_read("/proc/sys/net/bridge/bridge-nf-call-iptables", 64, NULL);
    int value = text ? atoi(text) : -1;

    free(text);
    return value;
}

static void check_firewall(struct report *report, const struct subnet *subnet, const char *become)
{
    struct firewall firewall = {0};
    char path[PATH_MAX], *text = NULL;
    const char *const list[] = {path, "--json", "list", "ruleset", NULL};

    bool seen = program_find("nft", path, sizeof(path)) && program_output(list, &text) == 0 && text &&
                firewall_read_nft(&firewall, text, subnet->bridge) == 0;
    free(text);
    if (geteuid() == 0)
        read_legacy(&firewall, subnet->bridge);
    if (!seen && firewall.count == 0) {
        report_fine(report, "firewall", "was not looked for: that needs root and the program nft");
        return;
    }
    doctor_firewall(report, &firewall, subnet->bridge, become);
    doctor_bridge_netfilter(report, &firewall, bridge_netfilter(), become);
}

void doctor_dhcp_server(struct report *report, const char *bridge, bool runs)
{
    if (runs)
        report_fine(report, "dhcp-server", "the dnsmasq of %s runs", bridge);
    else
        report_bad(report, BLOCKS, "dhcp-server", "nobody gives guests of this network an address",
                   "start any VM of this network again: the helper starts it anew", "the dnsmasq of %s has ended", bridge);
}

/* The file is its user's, who may write any pid there: the process's command line must name the file. */
static bool dnsmasq_runs(const char *bridge)
{
    char folder[PATH_MAX], path[PATH_MAX], command[64];
    size_t size = 0;

    stale_folder(folder, sizeof(folder));
    text_format(path, sizeof(path), "%.200s/%s/dnsmasq.pid", folder, bridge);
    char *text = file_read(path, 64, NULL);
    long pid = text ? strtol(text, NULL, 10) : 0;
    free(text);
    text_format(command, sizeof(command), "/proc/%ld/cmdline", pid);
    char *words = pid > 0 ? file_read(command, 65536, &size) : NULL;
    bool runs = words && memmem(words, size, path, strlen(path));
    free(words);
    return runs;
}

void doctor_traffic(struct report *report, const struct subnet *subnet, const char *become)
{
    static const struct port ports[] = {{"udp", 67}, {"udp", 53}, {"tcp", 53}};
    char holder[128] = "";

    check_firewall(report, subnet, become);
    if (if_nametoindex(subnet->bridge) != 0) {
        report_fine(report, "port", "those of DHCP and DNS are the network's own");
        if (geteuid() == 0)
            doctor_dhcp_server(report, subnet->bridge, dnsmasq_runs(subnet->bridge));
        return;
    }
    for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
        int error = port_probe(&ports[i], subnet->gateway);
        if (error == EADDRINUSE)
            port_holder(&ports[i], holder, sizeof(holder));
        doctor_port(report, &ports[i], error, holder);
    }
}

void doctor_networks(struct report *report, const struct subnet *shared, const struct subnet *host, const char *become,
                     const char *helper)
{
    const struct subnet *const subnets[] = {shared, host};
    char path[PATH_MAX], who[256], *addresses = NULL, *routes = NULL;
    const char *const list_addresses[] = {path, "-json", "-4", "address", "show", NULL};
    const char *const list_routes[] = {path, "-json", "-4", "route", "show", "table", "all", NULL};
    struct stale stale;

    if (program_find("ip", path, sizeof(path))) {
        program_output(list_addresses, &addresses);
        program_output(list_routes, &routes);
        for (int i = 0; i < 2; i++) {
            bool taken = subnet_is_taken(subnets[i], addresses, routes, who, sizeof(who));
            doctor_subnet(report, subnets[i], taken ? who : NULL);
        }
    }
    free(addresses);
    free(routes);
    stale_folder(path, sizeof(path));
    stale_find(&stale, path);
    doctor_stale(report, &stale, become, helper);
}

int doctor_fix(const char *helper)
{
    const char *const clean[] = {helper, "--cleanup", NULL};
    const char *const sudo_clean[] = {"sudo", "--non-interactive", helper, "--cleanup", NULL};
    char *output = NULL;
    int status = program_output(geteuid() == 0 ? clean : sudo_clean, &output);

    free(output);
    if (status != 0)
        return message_error("networks that nobody uses were not removed; see: %s%s --cleanup",
                             geteuid() == 0 ? "" : "sudo ", helper);
    return 0;
}
