/* The checks of macOS, by what its commands print. */
#include "unit/doctor_check.h"
#include "harness/doctor_mac.h"
#include "harness/doctor_sudo.h"

#include <stdio.h>
#include <stdlib.h>

#define OPEN struct report report = open_report()

static void firewall(const char *state_text, const char *all, const char *bootpd, const char *result, const char *found,
                     const char *remedy)
{
    OPEN;

    mac_firewall(&report, state_text, all, bootpd);
    expect(&report, result, found, remedy);
}

static void the_application_firewall_may_block_bootpd(void **state)
{
#define ON "Firewall is enabled. (State = 1)\n"
#define NOT_ALL "Firewall has block all state set to disabled.\n"
    firewall("Firewall is disabled. (State = 0)\n", NOT_ALL, "The application is not part of the firewall\n", "ok", "off", "");
    firewall(ON, NOT_ALL, "Incoming connection to the application is permitted\n", "ok", "lets bootpd through", "");
    firewall(ON, NOT_ALL, "Incoming connections to the application are permitted.\n", "ok", "lets bootpd through", "");
    firewall(ON, NOT_ALL, "Incoming connection to the application is blocked\n", "blocks", "blocks bootpd",
             "--unblock /usr/libexec/bootpd");
    firewall(ON, NOT_ALL, "The application is not part of the firewall\n", "note", "knows nothing of bootpd",
             "--add /usr/libexec/bootpd");
    firewall(ON, NOT_ALL, "", "note", "knows nothing of bootpd", "--add /usr/libexec/bootpd");
    firewall(ON, "Firewall has block all state set to enabled.\n", "", "blocks", "blocks all", "--setblockall off");
    firewall(ON, "Block all ENABLED!\n", "", "blocks", "blocks all", "--setblockall off");
    firewall(ON, "Block all DISABLED! \n", "Incoming connection to the application is permitted\n", "ok", "lets", "");
    firewall("Firewall is blocking all non-essential incoming connections. (State = 2)\n", "", "", "blocks", "blocks all", "");
}

static void sharing(const char *nat, const char *result, const char *found)
{
    OPEN;

    mac_internet_sharing(&report, nat);
    expect(&report, result, found, *result == 'o' ? "" : "Internet Sharing");
}

static void internet_sharing_is_on_or_off(void **state)
{
    sharing("", "ok", "off");
    sharing("{\n    NAT =     {\n        AirPort =         {\n            Enabled = 0;\n        };\n        Enabled = 0;\n    };\n}\n",
            "ok", "off");
    sharing("{\n    NAT =     {\n        Enabled = 1;\n        PrimaryInterface =         {\n        };\n    };\n}\n", "note", "is on");
}

static void local(const char *version, bool root, const char *result)
{
    OPEN;

    mac_local_network(&report, version, root);
    expect(&report, result, "", *result == 'o' ? "" : "Local Network");
}

static void local_network_privacy_is_for_users_since_macos_15(void **state)
{
    local("14.7.1", false, "ok");
    local("15.2", false, "note");
    local("26.0", false, "note");
    local("15.2", true, "ok");
}

#define ENTITLED "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>com.apple.security.virtualization</key><true/></dict></plist>"
#define DENIED "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>com.apple.security.virtualization</key><false/></dict></plist>"

static void signature(const char *version, bool root, bool verified, const char *entitlements, const char *result,
                      const char *found)
{
    OPEN;

    mac_signature(&report, version, root, verified, entitlements, "/opt/vmnet-helper/bin/vmnet-helper");
    expect(&report, result, found, *result == 'o' ? "" : "codesign --force --sign - --entitlements");
}

static void the_entitlement_is_needed_from_macos_26_without_root(void **state)
{
    signature("26.0", false, true, ENTITLED, "ok", "with the entitlement");
    signature("26.0", false, true, "", "blocks", "has not the entitlement");
    signature("26.0", false, true, DENIED, "blocks", "has not the entitlement");
    signature("26.0", true, true, "", "ok", "signed");
    signature("15.5", false, true, "", "ok", "signed");
    signature("15.5", false, false, "", "blocks", "missing or broken");
    assert_true(mac_needs_root("15.5"));
    assert_false(mac_needs_root("26.1"));
}

static void architecture(const char *archs, const char *machine, const char *translated, const char *result,
                         const char *found)
{
    OPEN;

    mac_architecture(&report, archs, machine, translated);
    expect(&report, result, found, "");
}

static void the_binary_is_for_this_processor(void **state)
{
    architecture("arm64\n", "arm64", "0\n", "ok", "arm64");
    architecture("x86_64 arm64\n", "arm64", "0\n", "ok", "x86_64 arm64");
    architecture("x86_64 arm64\n", "x86_64", "", "ok", "x86_64 arm64");
    architecture("x86_64\n", "arm64", "0\n", "note", "built for x86_64");
    architecture("arm64e\n", "arm64", "0\n", "note", "built for arm64e");
    architecture("x86_64 arm64\n", "arm64", "1\n", "note", "under Rosetta");
}

/* So many leases, of which the first are over. */
static char *make_leases(int count, int over, const char *net)
{
    char *text = calloc(1, (size_t)count * 160 + 1), *end = text;

    for (int i = 0; i < count; i++)
        end += sprintf(end, "{\n\tname=vm%d\n\tip_address=%s.%d\n\thw_address=1,92:c9:52:b7:6c:%x\n"
                       "\tidentifier=1,92:c9:52:b7:6c:%x\n\tlease=0x%x\n}\n", i, net, i + 2, i, i, i < over ? 999 : 2000);
    return text;
}

static void leases(int count, int over, const char *net, const char *result, const char *found)
{
    struct subnet subnet;
    char *text = make_leases(count, over, net);
    OPEN;

    subnet_fill(&subnet, "shared", 0xc0a86901, 0xffffff00);
    mac_leases(&report, text, &subnet, 1000);
    expect(&report, result, found, *result == 'o' ? "" : "DHCPLeaseTimeSecs");
    free(text);
}

static void leases_run_out(void **state)
{
    leases(0, 0, "192.168.105", "ok", "0 of 253");
    leases(10, 4, "192.168.105", "ok", "6 of 253");
    leases(253, 0, "192.168.64", "ok", "0 of 253");
    leases(230, 0, "192.168.105", "note", "230 of 253");
    leases(253, 0, "192.168.105", "blocks", "253 of 253");
    leases(253, 253, "192.168.105", "ok", "0 of 253");
}

#define LO "lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384\n\tinet 127.0.0.1 netmask 0xff000000\n"
#define VPN "utun4: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380\n\tinet 192.168.105.7 --> 192.168.105.7 netmask 0xffffff00\n"
#define HOST_LAN "en0: flags=8863<UP,BROADCAST> mtu 1500\n\tinet 192.168.0.5 netmask 0xffff0000 broadcast 192.168.255.255\n"
#define OWN "bridge100: flags=8a63<UP,BROADCAST> mtu 1500\n\tinet 192.168.105.1 netmask 0xffffff00 broadcast 192.168.105.255\n" \
    "\tmember: vmenet0 flags=3<LEARNING,DISCOVER>\n"

static void subnet_taken(const char *interfaces, const char *who)
{
    struct subnet subnet;
    char found[128] = "";

    subnet_fill(&subnet, "shared", 0xc0a86901, 0xffffff00);
    assert_int_equal(mac_subnet_is_taken(&subnet, interfaces, found, sizeof(found)), who != NULL);
    if (who)
        assert_string_equal(found, who);
}

static void a_subnet_is_taken_by_others_than_vmnet(void **state)
{
    subnet_taken("", NULL);
    subnet_taken(LO, NULL);
    subnet_taken(LO VPN, "interface utun4 has the address 192.168.105.7/24");
    subnet_taken(VPN LO, "interface utun4 has the address 192.168.105.7/24");
    subnet_taken(HOST_LAN, "interface en0 has the address 192.168.0.5/16");
    subnet_taken(LO OWN, NULL);
    subnet_taken(OWN VPN, "interface utun4 has the address 192.168.105.7/24");
}

#define HELPER "/opt/vmnet-helper/bin/vmnet-helper"
#define RULES(path) "User ada may run the following commands on mac:\n    (ALL) ALL\n    (root) NOPASSWD: NOSETENV: " path "\n"
#define CLOSEFROM "Runas and Command-specific defaults for ada:\n    Defaults!" HELPER " closefrom_override\n\n"

static struct report sudo(const char *list, bool runs, bool other_exists)
{
    struct sudo_rule rule;
    OPEN;

    sudo_rule_read(&rule, list, HELPER);
    doctor_sudo(&report, &rule, runs, other_exists, HELPER);
    return report;
}

static void sudo_needs_a_rule_for_this_path(void **state)
{
    struct report report = sudo("", false, false);
    expect(&report, "blocks", "asks for a password", "packaging/sudoers.d");
    report = sudo(RULES("/opt/homebrew/Cellar/vmnet-helper/1.0.0/libexec/vmnet-helper"), false, false);
    expect(&report, "blocks", "which is gone (an upgrade moved it?)", HELPER);
    report = sudo(RULES("/usr/local/bin/vmnet-helper, /bin/true"), false, true);
    expect(&report, "blocks", "sudo allows /usr/local/bin/vmnet-helper", HELPER);
}

static void closefrom_override_is_for_fd(void **state)
{
    struct report report = sudo(CLOSEFROM RULES(HELPER), true, false);
    assert_int_equal(cJSON_GetArraySize(report.array), 2);
    assert_string_equal(field(&report, 1, "result"), "ok");
    cJSON_Delete(report.array);
    report = sudo(RULES(HELPER), true, false);
    assert_string_equal(field(&report, 0, "result"), "ok");
    assert_string_equal(field(&report, 1, "result"), "note");
    assert_non_null(strstr(field(&report, 1, "remedy"), "Defaults!" HELPER " closefrom_override"));
    assert_false(report.blocked);
    cJSON_Delete(report.array);
}

static void a_rule_names_commands_after_its_tags(void **state)
{
    struct sudo_rule rule;

    sudo_rule_read(&rule, RULES(HELPER), HELPER);
    assert_true(rule.allows);
    sudo_rule_read(&rule, "    (ALL : ALL) NOPASSWD: ALL\n", HELPER);
    assert_true(rule.allows);
    sudo_rule_read(&rule, "    (root) " HELPER "\n", HELPER);
    assert_false(rule.allows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_application_firewall_may_block_bootpd),
        cmocka_unit_test(internet_sharing_is_on_or_off),
        cmocka_unit_test(local_network_privacy_is_for_users_since_macos_15),
        cmocka_unit_test(the_entitlement_is_needed_from_macos_26_without_root),
        cmocka_unit_test(the_binary_is_for_this_processor),
        cmocka_unit_test(leases_run_out),
        cmocka_unit_test(a_subnet_is_taken_by_others_than_vmnet),
        cmocka_unit_test(sudo_needs_a_rule_for_this_path),
        cmocka_unit_test(closefrom_override_is_for_fd),
        cmocka_unit_test(a_rule_names_commands_after_its_tags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
