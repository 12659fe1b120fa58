/* The network that the hosts share, on top of the one between them. */
#include "harness/lab.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OVS_RUN "/run/openvswitch" /* where the helper looks for the switch's database */
#define OVS_SCHEMA "/usr/share/openvswitch/vswitch.ovsschema"

static char *host_dir(const struct lab *lab, int host, char dir[PATH_MAX])
{
    text_format(dir, PATH_MAX, "%s/h%d", lab->dir, host);
    return dir;
}

/* ---- The kernel's: each host knows all others, and sends what is for everybody to each of them ---- */

static int vxlan_make(const struct lab *lab, int host, const char *netns)
{
    if (lab_run(lab, "ip -n %s address add 10.98.0.%d/24 dev eth0", netns, host) < 0 ||
        lab_run(lab, "ip -n %s link add vx0 type vxlan id 100 dev eth0 local 10.98.0.%d dstport 4789", netns, host) < 0 ||
        lab_run(lab, "ip -n %s link set vx0 mtu 1500", netns) < 0 ||
        lab_run(lab, "ip -n %s link add lab0 mtu 1500 type bridge", netns) < 0 ||
        lab_run(lab, "ip -n %s link set vx0 master lab0", netns) < 0 ||
        lab_run(lab, "ip -n %s link set vx0 up", netns) < 0)
        return -1;
    for (int other = 1; other <= lab->hosts; other++)
        if (other != host &&
            lab_run(lab, "bridge -n %s fdb append 00:00:00:00:00:00 dev vx0 dst 10.98.0.%d", netns, other) < 0)
            return -1;
    return 0;
}

/* ---- Open vSwitch's, in user space ---- */

static pid_t ovsdb_pid(const struct lab *lab, int host)
{
    char dir[PATH_MAX], path[PATH_MAX];
    unsigned long pid = 0;

    host_dir(lab, host, dir);
    if (!text_format(path, sizeof(path), "%s/ovsdb-server.pid", dir))
        return 0;
    char *text = file_read(path, 64, NULL);
    if (text) {
        text[strcspn(text, "\n")] = '\0';
        if (text_parse_number(text, 2, INT32_MAX, &pid) < 0)
            pid = 0;
    }
    free(text);
    return (pid_t)pid;
}

/* The database's server lives in a mount namespace in which the switch's usual folder is this host's;
 * so whoever joins it there finds this switch, and no other host's or the machine's own. */
static int database_start(const struct lab *lab, const char *netns, const char *dir)
{
    if (file_remove_tree(dir) < 0 || file_make_dirs(dir, 0700) < 0 || file_make_dirs(OVS_RUN, 0755) < 0)
        return message_error("cannot make %s: %s", dir, strerror(errno));
    if (lab_run(lab, "ovsdb-tool create %s/conf.db %s", dir, OVS_SCHEMA) < 0)
        return -1;
    struct words words = {0};
    char script[PATH_MAX * 2];
    text_format(script, sizeof(script),
                "mount --bind %s " OVS_RUN " && exec ovsdb-server %s/conf.db --remote=punix:%s/db.sock "
                "--unixctl=%s/ovsdb.ctl --pidfile=%s/ovsdb-server.pid --log-file=%s/ovsdb.log --detach --no-chdir",
                dir, dir, dir, dir, dir, dir);
    const char *const start[] = {"ip", "netns", "exec", netns, "unshare", "--mount", "--propagation", "slave", "sh",
                                 "-c", script};
    for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++)
        words_add(&words, "%s", start[i]);
    int result = lab_run_words(lab, &words);
    words_free(&words);
    return result;
}

static int switch_start(const struct lab *lab, const char *netns, const char *dir)
{
    if (lab_run(lab, "ovs-vsctl --db=unix:%s/db.sock --no-wait init", dir) < 0)
        return -1;
    return lab_run(lab,
                   "ip netns exec %s ovs-vswitchd unix:%s/db.sock --unixctl=%s/vswitchd.ctl "
                   "--pidfile=%s/ovs-vswitchd.pid --log-file=%s/vswitchd.log --detach --no-chdir",
                   netns, dir, dir, dir, dir);
}

/* Bridges of the userspace datapath; the one that has the uplink also has the host's address, by which
 * the switch finds the way to the other hosts. */
static int bridges_make(const struct lab *lab, int host, const char *netns, const char *dir)
{
    if (lab_run(lab, "ovs-vsctl --db=unix:%s/db.sock --timeout=60 add-br br-up -- set bridge br-up datapath_type=netdev "
                     "-- add-port br-up eth0", dir) < 0 ||
        lab_run(lab, "ip -n %s address add 10.98.0.%d/24 dev br-up", netns, host) < 0 ||
        lab_run(lab, "ip -n %s link set br-up up", netns) < 0)
        return -1;
    return lab_run(lab, "ovs-vsctl --db=unix:%s/db.sock --timeout=60 add-br lab0 -- set bridge lab0 datapath_type=netdev "
                        "-- set interface lab0 mtu_request=1500", dir);
}

/* A port for each other host. Frames that came from one of them must not go to the next: among
 * protected ports they do not. */
static int tunnels_make(const struct lab *lab, int host, const char *dir)
{
    for (int other = 1; other <= lab->hosts; other++)
        if (other != host &&
            lab_run(lab, "ovs-vsctl --db=unix:%s/db.sock --timeout=60 add-port lab0 vx%d -- set port vx%d protected=%s "
                         "-- set interface vx%d type=vxlan options:remote_ip=10.98.0.%d options:key=100",
                    dir, other, other, lab->hosts > 2 ? "true" : "false", other, other) < 0)
            return -1;
    return 0;
}

static int ovs_make(const struct lab *lab, int host, const char *netns)
{
    char dir[PATH_MAX];

    host_dir(lab, host, dir);
    if (!lab_try("ovs-vswitchd --version"))
        return message_error("--fabric ovs needs Open vSwitch (Debian: apt-get install openvswitch-switch)");
    if (database_start(lab, netns, dir) < 0 || switch_start(lab, netns, dir) < 0 ||
        bridges_make(lab, host, netns, dir) < 0)
        return -1;
    return tunnels_make(lab, host, dir);
}

/* ---- Either ---- */

int lab_fabric_make(const struct lab *lab, int host)
{
    char netns[NAME_SIZE];

    lab_netns(lab, host, netns);
    return lab->fabric == LAB_OVS ? ovs_make(lab, host, netns) : vxlan_make(lab, host, netns);
}

bool lab_fabric_is_up(const struct lab *lab, int host)
{
    char dir[PATH_MAX];

    return lab->fabric != LAB_OVS ||
           lab_try("ovs-appctl --target=%s/vswitchd.ctl --timeout=5 version", host_dir(lab, host, dir));
}

int lab_fabric_enter(const struct lab *lab, int host, struct words *words)
{
    if (lab->fabric != LAB_OVS)
        return 0;
    pid_t pid = ovsdb_pid(lab, host);
    if (!pid || kill(pid, 0) < 0)
        return message_error("the Open vSwitch of host %d does not run; to mend it: lab up", host);
    words_add(words, "nsenter");
    words_add(words, "--mount=/proc/%d/ns/mnt", (int)pid);
    /* Its root as well: in a chroot that is not the root of the mount namespace. */
    words_add(words, "--root=/proc/%d/root", (int)pid);
    words_add(words, "--");
    return 0;
}
