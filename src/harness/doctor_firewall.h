/* Would the host's own firewall eat what guests send?
 *
 * Theory. Each hook of the kernel (input: to the host, so DHCP and DNS; forward: to elsewhere) may
 * have chains of several owners, and a packet must be accepted by all: what our own table accepts,
 * another may still drop. So each chain of others is judged by itself. It is closed if its policy
 * is to drop, or if a rule drops or rejects everything that gets that far; it lets guests through
 * if a rule names our bridge, or (input) accepts DHCP from everywhere. That is no simulation of the
 * rules: a chain whose rules are odder than that is judged wrongly, which is why the finding names
 * it. A rule that drops on a condition makes no chain closed. */
#ifndef HARNESS_DOCTOR_FIREWALL_H
#define HARNESS_DOCTOR_FIREWALL_H

#include "harness/doctor_report.h"

enum firewall_owner { OWNER_NFT, OWNER_IPTABLES, OWNER_LEGACY, OWNER_DOCKER, OWNER_UFW, OWNER_FIREWALLD };
enum firewall_hook { HOOK_INPUT, HOOK_FORWARD };

struct firewall_chain {
    enum firewall_owner owner;
    enum firewall_hook hook;
    char family[16], table[64], name[64];
    bool closed;
    bool lets_through; /* guests of the bridge, although it is closed */
};

struct firewall {
    struct firewall_chain chains[32];
    int count;
};

/* Add the chains of `nft --json list ruleset`, except those of our own tables. 0, or -1: no such text. */
int firewall_read_nft(struct firewall *firewall, const char *json, const char *bridge);

/* Add those of `iptables-save`'s table "filter". */
void firewall_read_iptables(struct firewall *firewall, const char *text, const char *bridge);

/* Does a chain of the hook drop what guests send? */
bool firewall_drops(const struct firewall *firewall, enum firewall_hook hook);

/* A finding for each chain that drops what guests send, or one that all is well. become: what the
 * commands of a remedy begin with ("sudo "). */
void doctor_firewall(struct report *report, const struct firewall *firewall, const char *bridge, const char *become);

/* net.bridge.bridge-nf-call-iptables: the setting, or -1 where there is none. */
void doctor_bridge_netfilter(struct report *report, const struct firewall *firewall, int value, const char *become);

#endif
