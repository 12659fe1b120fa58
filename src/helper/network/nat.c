#include "helper/network/nat.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RULES_SIZE = 2048,
    TOLD = 41, /* a status that the library does not exit with */
};

/* No nft program is looked for or started. */
static int run_here(const char *rules, const char *what)
{
    struct nft_ctx *context = nft_ctx_new(NFT_CTX_DEFAULT);
    int result = -1;

    if (!context) {
        log_error("network", "no memory for nftables");
        return -1;
    }
    nft_ctx_buffer_error(context);
    nft_ctx_buffer_output(context);
    result = nft_run_cmd_from_buffer(context, rules);
    if (result != 0) {
        char reason[200];
        const char *text = nft_ctx_get_error_buffer(context);
        size_t length = strcspn(text, "\n");
        text_printable(reason, sizeof(reason), text, length);
        log_error("network", "cannot %s the nftables table: %s; does the kernel have nf_tables, and NAT?", what,
                  reason);
        result = -1;
    }
    nft_ctx_free(context);
    return result;
}

/* In a child, for the library ends the program that it is in, by exit() or abort(), when the kernel has no
 * memory or descriptor for it; and what it has allocated goes with the child. */
static int run(const char *rules, const char *what)
{
    int status;
    pid_t ended, pid = fork();

    if (pid < 0) {
        log_error("network", "cannot start a process for nftables: %s", strerror(errno));
        return -1;
    }
    if (pid == 0) {
        /* The library ends, too, where the effective user (the keeper's is another one) is not the real one. */
        if (geteuid() != getuid() && seteuid(getuid()) < 0)
            _exit(1);
        _exit(run_here(rules, what) < 0 ? TOLD : 0);
    }
    do {
        ended = waitpid(pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != TOLD)
        log_error("network", "cannot %s the nftables table: its library gave up: is the system out of memory?", what);
    return -1;
}

/* Frames between two ports come by here too, where br_netfilter is loaded. */
#define WITHIN "iifname \"%s\" oifname \"%s\" accept; "

static bool shared_rules(char *rules, const struct network *network, const char *subnet)
{
    const char *bridge = network->bridge;
    char nat6[160] = "", accept6[128] = "";

    if (network->prefix6[0]) {
        text_format(nat6, sizeof(nat6), "ip6 saddr %s/64 oifname != \"%s\" masquerade; ", network->prefix6, bridge);
        text_format(accept6, sizeof(accept6), "iifname \"%s\" ip6 saddr %s/64 accept; ", bridge, network->prefix6);
    }
    return text_format(rules, RULES_SIZE,
                       "table inet %s\n"
                       "delete table inet %s\n"
                       "table inet %s {\n"
                       "chain postrouting { type nat hook postrouting priority 100; policy accept; "
                       "ip saddr %s oifname != \"%s\" masquerade; %s}\n"
                       "chain forward { type filter hook forward priority 0; policy accept; " WITHIN
                       "iifname \"%s\" ip saddr %s accept; %siifname \"%s\" drop; "
                       "oifname \"%s\" ct state established,related accept; oifname \"%s\" drop; }\n"
                       "}\n",
                       bridge, bridge, bridge, subnet, bridge, nat6, bridge, bridge, bridge, subnet, accept6, bridge,
                       bridge, bridge);
}

static bool host_rules(char *rules, const char *bridge)
{
    return text_format(rules, RULES_SIZE,
                       "table inet %s\n"
                       "delete table inet %s\n"
                       "table inet %s {\n"
                       "chain forward { type filter hook forward priority 0; policy accept; " WITHIN
                       "iifname \"%s\" drop; oifname \"%s\" drop; }\n"
                       "}\n",
                       bridge, bridge, bridge, bridge, bridge, bridge, bridge);
}

int nat_make(const struct network *network)
{
    char rules[RULES_SIZE], address[IPV4_TEXT_SIZE], subnet[32];

    ipv4_format(network->gateway & network->mask, address);
    text_format(subnet, sizeof(subnet), "%s/%u", address, ipv4_prefix_length(network->mask));
    bool fits = network->mode == MODE_SHARED ? shared_rules(rules, network, subnet)
                                             : host_rules(rules, network->bridge);
    if (!fits) {
        log_error("network", "the rules for %s are too long", network->bridge);
        return -1;
    }
    return run(rules, "make");
}

int nat_remove(const char *bridge)
{
    char rules[128];

    /* Made first, so that deleting it cannot fail for lack of it. */
    text_format(rules, sizeof(rules), "table inet %s\ndelete table inet %s\n", bridge, bridge);
    return run(rules, "remove");
}
