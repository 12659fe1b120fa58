#include "harness/doctor_mac.h"
#include "common/ipv4.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define SOCKETFILTERFW "/usr/libexec/ApplicationFirewall/socketfilterfw"

/* "State = 2" is blocking everything, "State = 1" on, "State = 0" off. */
static int global_state(const char *text)
{
    const char *state = strstr(text, "State = ");

    if (state)
        return atoi(state + strlen("State = "));
    return strstr(text, "enabled") ? 1 : 0;
}

/* "Firewall has block all state set to enabled." or "Block all ENABLED!" */
static bool says_enabled(const char *text)
{
    return (strstr(text, "enabled") || strstr(text, "ENABLED")) && !strstr(text, "disabled") && !strstr(text, "DISABLED");
}

void mac_firewall(struct report *report, const char *state, const char *block_all, const char *bootpd)
{
    const char *why = "guests get no address: the system's DHCP server (bootpd) does not hear them";
    int number = global_state(state);

    if (number == 0)
        report_fine(report, "firewall", "the application firewall is off");
    else if (number == 2 || says_enabled(block_all))
        report_bad(report, BLOCKS, "firewall", why, "sudo " SOCKETFILTERFW " --setblockall off (on a managed Mac: ask its "
                   "administrator)", "the application firewall blocks all incoming connections");
    else if (strstr(bootpd, "is blocked") || strstr(bootpd, "are blocked"))
        report_bad(report, BLOCKS, "firewall", why, "sudo " SOCKETFILTERFW " --add /usr/libexec/bootpd && sudo "
                   SOCKETFILTERFW " --unblock /usr/libexec/bootpd (on a managed Mac: ask its administrator)",
                   "the application firewall is on and blocks bootpd");
    else if (strstr(bootpd, "permitted") || strstr(bootpd, "allowed"))
        report_fine(report, "firewall", "the application firewall is on and lets bootpd through");
    else
        report_bad(report, NOTE, "firewall", "if it blocks bootpd, the system's DHCP server, guests get no address",
                   "sudo " SOCKETFILTERFW " --add /usr/libexec/bootpd && sudo " SOCKETFILTERFW " --unblock "
                   "/usr/libexec/bootpd", "the application firewall is on and knows nothing of bootpd");
}

void mac_internet_sharing(struct report *report, const char *nat)
{
    const char *block = strstr(nat, "NAT =");
    const char *enabled = strstr(block ? block : nat, "Enabled = ");

    if (enabled && atoi(enabled + strlen("Enabled = ")) == 1)
        report_bad(report, NOTE, "internet-sharing", "it shares bootpd and the NAT with the networks of guests: theirs may "
                   "get another subnet, or no DHCP", "switch off System Settings, General, Sharing, Internet Sharing",
                   "Internet Sharing is on");
    else
        report_fine(report, "internet-sharing", "off");
}

static int major(const char *version)
{
    return atoi(version);
}

void mac_local_network(struct report *report, const char *version, bool root)
{
    if (major(version) < 15 || root)
        report_fine(report, "local-network", root ? "root needs no permission" : "this macOS asks for no permission");
    else
        report_bad(report, NOTE, "local-network", "without the permission every connection to a guest fails with \"No "
                   "route to host\", though it runs well", "allow the terminal program in System Settings, Privacy & "
                   "Security, Local Network; then start it anew", "macOS %s asks whether a program may reach the local "
                   "network, and does not tell us the answer", version);
}

bool mac_needs_root(const char *version)
{
    return major(version) < 26;
}

void mac_signature(struct report *report, const char *version, bool root, bool verified, const char *entitlements,
                   const char *helper)
{
    const char *entitlement = strstr(entitlements, "com.apple.security.virtualization");
    const char *value = entitlement ? strstr(entitlement, "<true/>") : NULL;
    bool needed = !mac_needs_root(version) && !root;
    char remedy[1200];

    text_format(remedy, sizeof(remedy), "codesign --force --sign - --entitlements packaging/entitlements.plist '%.1000s'",
                helper);
    if (!verified)
        report_bad(report, BLOCKS, "signature", "macOS ends a program whose signature does not fit at its start", remedy,
                   "%s: its signature is missing or broken", helper);
    else if (needed && !value)
        report_bad(report, BLOCKS, "signature", "without root, vmnet refuses a program that has not the entitlement",
                   remedy, "%s has not the entitlement com.apple.security.virtualization", helper);
    else
        report_fine(report, "signature", value ? "signed, with the entitlement" : "signed");
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)); at += length)
        if ((at == text || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' ' || at[length] == '\n'))
            return true;
    return false;
}

void mac_architecture(struct report *report, const char *archs, const char *machine, const char *translated)
{
    char list[64];

    text_format(list, sizeof(list), "%.*s", (int)strcspn(archs, "\n") > 60 ? 60 : (int)strcspn(archs, "\n"), archs);
    if (!has_word(archs, machine))
        report_bad(report, NOTE, "architecture", "Rosetta translates each frame's way, or the helper does not start",
                   "build it again here, or install the build for this Mac: brew reinstall vmnet-helper",
                   "the helper is built for %s, and this Mac is %s", list, machine);
    else if (translated[0] == '1')
        report_bad(report, NOTE, "architecture", "all that is started from here is translated, virtual machines do not "
                   "start at all", "use a terminal that is not opened with Rosetta: arch -arm64 zsh",
                   "this process runs under Rosetta");
    else
        report_fine(report, "architecture", "%s", list);
}

/* The text of "key=value" in one lease, up to the line's end. */
static bool lease_value(const char *lease, const char *end, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);

    for (const char *line = lease; line < end; line += strcspn(line, "\n") + 1) {
        line += strspn(line, " \t");
        if (line < end && strncmp(line, key, length) == 0 && line[length] == '=')
            return text_format(value, size, "%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
    }
    return false;
}

/* A lease is {, name=, ip_address=, hw_address=, identifier=, lease=0xTIME, } with a line for each. */
void mac_leases(struct report *report, const char *leases, const struct subnet *subnet, long now)
{
    int used = 0, room = (int)(~subnet->mask) - 2; /* without network, gateway and broadcast */
    char text[128];
    uint32_t address;

    for (const char *lease = leases, *end; (lease = strchr(lease, '{')) && (end = strchr(lease, '}')); lease = end) {
        if (!lease_value(lease, end, "ip_address", text, sizeof(text)) || ipv4_parse(text, &address) < 0 ||
            (address & subnet->mask) != (subnet->gateway & subnet->mask))
            continue;
        used += lease_value(lease, end, "lease", text, sizeof(text)) && strtol(text, NULL, 16) > now;
    }
    if (used * 10 >= room * 9)
        report_bad(report, used >= room ? BLOCKS : NOTE, "leases", "a guest with a new MAC address gets no address when "
                   "all are given away: each is kept for a day", "sudo defaults write /Library/Preferences/"
                   "SystemConfiguration/com.apple.InternetSharing.default.plist bootpd -dict DHCPLeaseTimeSecs -int 600 "
                   "&& sudo rm /var/db/dhcpd_leases", "%d of %d addresses are given away", used, room);
    else
        report_fine(report, "leases", "%d of %d addresses are given away", used, room);
}

/* "0xffffff00" */
static uint32_t parse_mask(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 16);
}

bool mac_subnet_is_taken(const struct subnet *subnet, const char *interfaces, char *who, size_t size)
{
    char name[32] = "", word[32], mask_text[32], line[512];
    uint32_t address, mask;
    bool taken = false, own = false;

    for (const char *next; *interfaces; interfaces = next) {
        size_t length = strcspn(interfaces, "\n");
        next = interfaces + length + (interfaces[length] == '\n');
        text_format(line, sizeof(line), "%.*s", (int)(length < 500 ? length : 500), interfaces);
        if (line[0] != '\t' && line[0] != ' ') {
            if (taken && !own)
                return true;
            text_format(name, sizeof(name), "%.*s", (int)(strcspn(line, ":") < 31 ? strcspn(line, ":") : 31), line);
            taken = own = false;
            continue;
        }
        own |= strncmp(name, "bridge", 6) == 0 && strstr(line, "member: vmenet") != NULL;
        /* Point to point: inet A --> B netmask M. */
        const char *netmask = strstr(line, "netmask ");
        if (sscanf(line, " inet %31s", word) != 1 || ipv4_parse(word, &address) < 0 || !netmask ||
            sscanf(netmask, "netmask %31s", mask_text) != 1)
            continue;
        mask = parse_mask(mask_text);
        if (!((address ^ subnet->gateway) & subnet->mask & mask) && mask) {
            taken = true;
            text_format(who, size, "interface %s has the address %s/%u", name, word, (unsigned)__builtin_popcount(mask));
        }
    }
    return taken && !own;
}
