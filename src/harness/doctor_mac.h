/* What the commands of macOS say, and what it means for guests. doctor_darwin.c runs them; these functions
 * know only their output, so that they are tested where there is no Mac. Outputs are as documented and as
 * users have shown them; none was recorded by us. */
#ifndef HARNESS_DOCTOR_MAC_H
#define HARNESS_DOCTOR_MAC_H

#include "harness/doctor_report.h"
#include "harness/doctor_subnet.h"

/* The application firewall keeps bootpd, the system's DHCP server, from hearing guests.
 * state, block_all, bootpd: socketfilterfw --getglobalstate, --getblockall, --getappblocked bootpd. */
void mac_firewall(struct report *report, const char *state, const char *block_all, const char *bootpd);

/* nat: `defaults read /Library/Preferences/SystemConfiguration/com.apple.nat`; "" if there is no such file. */
void mac_internet_sharing(struct report *report, const char *nat);

/* version: `sw_vers -productVersion`. Local Network privacy: from macOS 15. */
void mac_local_network(struct report *report, const char *version, bool root);

/* version as above. Before 26 the helper must be root; from 26 it needs the entitlement instead.
 * Returns whether it needs root. */
bool mac_needs_root(const char *version);

/* entitlements: `codesign --display --entitlements - --xml HELPER`; verified: `codesign --verify` succeeded. */
void mac_signature(struct report *report, const char *version, bool root, bool verified, const char *entitlements,
                   const char *helper);

/* archs: `lipo -archs HELPER`; machine: the hardware's, "arm64" or "x86_64"; translated: `sysctl -n
 * sysctl.proc_translated`, "1" for a process under Rosetta. */
void mac_architecture(struct report *report, const char *archs, const char *machine, const char *translated);

/* leases: /var/db/dhcpd_leases; now: seconds of the epoch. */
void mac_leases(struct report *report, const char *leases, const struct subnet *subnet, long now);

/* interfaces: `ifconfig`. Who else has the subnet: vmnet's own bridges (bridge100 with members vmenet) do not
 * count. */
bool mac_subnet_is_taken(const struct subnet *subnet, const char *interfaces, char *who, size_t size);

#endif
