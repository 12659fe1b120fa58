/* Hosts and what is between them. */
#include "harness/lab.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for VXLAN's 50 bytes around the guests' 1500. */
#define UNDERLAY_MTU 1600

static bool netns_exists(const char *netns)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "/run/netns/%s", netns);
    return access(path, F_OK) == 0;
}

static int netns_make(const struct lab *lab, const char *netns)
{
    return lab_run(lab, "ip netns add %s", netns) < 0 ? -1 : lab_run(lab, "ip -n %s link set lo up", netns);
}

int lab_underlay_make(const struct lab *lab)
{
    char netns[NAME_SIZE];

    lab_netns(lab, 0, netns);
    if (netns_exists(netns) && lab_try("ip -n %s link show dev sw0", netns))
        return 0;
    if (lab_host_remove(lab, 0, true) < 0 || netns_make(lab, netns) < 0 ||
        lab_run(lab, "ip -n %s link add sw0 mtu %d type bridge", netns, UNDERLAY_MTU) < 0)
        return -1;
    return lab_run(lab, "ip -n %s link set sw0 up", netns);
}

/* The cable to the switch: its port is called after the host, and goes with the host's end. */
static int plug_in(const struct lab *lab, int host, const char *netns)
{
    char net[NAME_SIZE];

    lab_netns(lab, 0, net);
    if (lab_run(lab, "ip -n %s link add eth0 mtu %d type veth peer name h%d mtu %d netns %s", netns, UNDERLAY_MTU, host,
                UNDERLAY_MTU, net) < 0 ||
        lab_run(lab, "ip -n %s link set h%d master sw0", net, host) < 0 ||
        lab_run(lab, "ip -n %s link set h%d up", net, host) < 0)
        return -1;
    return lab_run(lab, "ip -n %s link set eth0 up", netns);
}

bool lab_host_is_up(const struct lab *lab, int host)
{
    char netns[NAME_SIZE];

    return netns_exists(lab_netns(lab, host, netns)) && lab_try("ip -n %s link show dev lab0 up", netns) &&
           lab_fabric_is_up(lab, host);
}

/* The one DHCP server. Its leases need not last: it gives a guest the address that its MAC says. */
static int serve_dhcp(const struct lab *lab, const char *netns)
{
    return lab_run(lab,
                   "ip netns exec %s dnsmasq --conf-file=/dev/null --pid-file=%s/dnsmasq.pid --leasefile-ro --port=0 "
                   "--interface=lab0 --bind-interfaces --except-interface=lo --dhcp-authoritative --no-ping "
                   "--dhcp-range=10.97.0.100,10.97.0.250,255.255.255.0,1h --dhcp-option=option:router",
                   netns, lab->dir);
}

int lab_host_make(const struct lab *lab, int host)
{
    char netns[NAME_SIZE];

    lab_netns(lab, host, netns);
    if (lab_host_remove(lab, host, true) < 0 || netns_make(lab, netns) < 0 || plug_in(lab, host, netns) < 0 ||
        lab_fabric_make(lab, host) < 0 ||
        lab_run(lab, "ip -n %s address add 10.97.0.%d/24 dev lab0", netns, host) < 0 ||
        lab_run(lab, "ip -n %s link set lab0 up", netns) < 0)
        return -1;
    return host == 1 ? serve_dhcp(lab, netns) : 0;
}

/* Signal all processes of the namespace; how many there are, or -1. */
static int signal_all(const char *netns, int number)
{
    const char *const argv[] = {"ip", "netns", "pids", netns, NULL};
    char *output = NULL, *rest = NULL;
    unsigned long pid;
    int count = 0;

    if (process_run(argv, &output) != 0) {
        free(output);
        return -1;
    }
    for (char *word = strtok_r(output, "\n", &rest); word; word = strtok_r(NULL, "\n", &rest))
        if (text_parse_number(word, 2, INT32_MAX, &pid) == 0 && kill((pid_t)pid, number) == 0)
            count++;
    free(output);
    return count;
}

/* TERM, and after ten seconds KILL. */
static void end_all(const char *netns, bool at_once)
{
    double start = process_clock();
    double limit = at_once ? 0 : 10;

    for (;;) {
        double gone = process_clock() - start;
        if (signal_all(netns, gone < limit ? SIGTERM : SIGKILL) <= 0 || gone > limit + 5)
            return;
        usleep(100000);
    }
}

/* A power cut empties /run: what helpers that were killed with their keepers noted there. */
static void forget_helpers(const char *netns_path)
{
    struct stat info;
    char path[PATH_MAX];

    if (stat(netns_path, &info) == 0 && text_format(path, sizeof(path), "/run/vmnet-helper/%lu", (unsigned long)info.st_ino))
        file_remove_tree(path);
}

int lab_host_remove(const struct lab *lab, int host, bool at_once)
{
    char netns[NAME_SIZE], net[NAME_SIZE], path[PATH_MAX];

    lab_netns(lab, host, netns);
    lab_netns(lab, 0, net);
    if (!netns_exists(netns))
        return 0;
    end_all(netns, at_once);
    /* The kernel takes its time with a namespace's interfaces: the cable is cut here, so that the port's
     * name is free when the host comes back. */
    if (host && lab_try("ip -n %s link show dev h%d", net, host))
        lab_try("ip -n %s link delete h%d", net, host);
    text_format(path, sizeof(path), "/run/netns/%s", netns);
    forget_helpers(path);
    if (!lab_try("ip netns delete %s", netns) && access(path, F_OK) == 0)
        return message_error("cannot remove the network namespace \"%s\"; try: ip netns delete %s", netns, netns);
    return 0;
}
