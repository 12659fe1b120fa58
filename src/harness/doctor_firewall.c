#include "harness/doctor_firewall.h"
#include "common/text.h"

static const char *const owners[] = {"nftables", "iptables", "iptables-legacy", "docker", "ufw", "firewalld"};

static bool drops(const struct firewall_chain *chain)
{
    return chain->closed && !chain->lets_through;
}

bool firewall_drops(const struct firewall *firewall, enum firewall_hook hook)
{
    for (int i = 0; i < firewall->count; i++)
        if (firewall->chains[i].hook == hook && drops(&firewall->chains[i]))
            return true;
    return false;
}

/* The way back is for answers only, as in our own table. */
static void remedy_iptables(char *remedy, size_t size, const char *program, const char *chain, const char *become,
                            bool forward)
{
    if (forward)
        text_format(remedy, size, "%s%s -I %s -i vmn-+ -j ACCEPT && %s%s -I %s -o vmn-+ -m conntrack "
                    "--ctstate RELATED,ESTABLISHED -j ACCEPT", become, program, chain, become, program, chain);
    else
        text_format(remedy, size, "%s%s -I %s -i vmn-+ -j ACCEPT", become, program, chain);
}

static void remedy_nft(char *remedy, size_t size, const struct firewall_chain *chain, const char *become)
{
    char place[160];

    text_format(place, sizeof(place), "%s %s %s", chain->family, chain->table, chain->name);
    if (chain->hook == HOOK_FORWARD)
        text_format(remedy, size, "%snft insert rule %s 'iifname \"vmn-*\" accept' && "
                    "%snft insert rule %s 'oifname \"vmn-*\" ct state established,related accept'", become, place,
                    become, place);
    else
        text_format(remedy, size, "%snft insert rule %s 'iifname \"vmn-*\" accept'", become, place);
}

static void remedy_for(char *remedy, size_t size, const struct firewall_chain *chain, const char *bridge,
                       const char *become)
{
    bool forward = chain->hook == HOOK_FORWARD;

    switch (chain->owner) {
    case OWNER_FIREWALLD:
        text_format(remedy, size, "%sfirewall-cmd --permanent --zone=trusted --add-interface=%s && "
                    "%sfirewall-cmd --reload", become, bridge, become);
        break;
    case OWNER_UFW:
        text_format(remedy, size, "%sufw %sallow in on %s", become, forward ? "route " : "", bridge);
        break;
    case OWNER_DOCKER:
        remedy_iptables(remedy, size, "iptables", "DOCKER-USER", become, true);
        break;
    case OWNER_IPTABLES:
        remedy_iptables(remedy, size, "iptables", chain->name, become, forward);
        break;
    case OWNER_LEGACY:
        remedy_iptables(remedy, size, "iptables-legacy", chain->name, become, forward);
        break;
    case OWNER_NFT:
        remedy_nft(remedy, size, chain, become);
        break;
    }
}

void doctor_firewall(struct report *report, const struct firewall *firewall, const char *bridge, const char *become)
{
    char remedy[512];
    bool bad = false;

    for (int i = 0; i < firewall->count; i++) {
        const struct firewall_chain *chain = &firewall->chains[i];
        if (!drops(chain))
            continue;
        bad = true;
        remedy_for(remedy, sizeof(remedy), chain, bridge, become);
        bool forward = chain->hook == HOOK_FORWARD;
        report_bad(report, forward ? NOTE : BLOCKS, "firewall",
                   forward ? "what guests send beyond this host is dropped: they get an address, but reach nothing outside"
                           : "what guests send to this host is dropped, DHCP and DNS too: they get no address",
                   remedy, "chain %s of table %s %s (%s) drops what no rule accepts, and no rule names %s", chain->name,
                   chain->family, chain->table, owners[chain->owner], bridge);
    }
    if (!bad)
        report_fine(report, "firewall", "none that would drop what guests send");
}

void doctor_bridge_netfilter(struct report *report, const struct firewall *firewall, int value, const char *become)
{
    char remedy[256];

    text_format(remedy, sizeof(remedy), "%ssysctl -w net.bridge.bridge-nf-call-iptables=0", become);
    if (value > 0 && firewall_drops(firewall, HOOK_FORWARD))
        report_bad(report, NOTE, "bridge-netfilter",
                   "frames between two guests of one bridge go through the host's forward chains, which drop them", remedy,
                   "net.bridge.bridge-nf-call-iptables is 1, and a firewall drops what is forwarded");
    else if (value > 0)
        report_fine(report, "bridge-netfilter", "on, but no firewall drops what is forwarded");
    else
        report_fine(report, "bridge-netfilter", "off: bridges pass frames without the host's rules");
}
