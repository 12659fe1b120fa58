#include "helper/privileges.h"
#include "common/log.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int failed(const char *what)
{
    log_error("main", "cannot give up privileges: %s: %s", what, strerror(errno));
    return -1;
}

/* A file capability may have been set with a wide hand. */
static bool keep_network_alone(void)
{
    capng_clear(CAPNG_SELECT_CAPS);
    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && capng_apply(CAPNG_SELECT_CAPS) == 0)
        return true;
    failed("all but CAP_NET_ADMIN");
    return false;
}

bool privileges_suffice(void)
{
    capng_get_caps_process();
    if (capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
        return geteuid() == 0 || keep_network_alone();
    log_error("main", "opening a network interface needs root: run it with sudo");
    return false;
}

/* Root in a container may be as powerless as anybody: privileges_suffice() will say so. */
static bool can_change_user(void)
{
    capng_get_caps_process();
    return capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID);
}

int privileges_borrow(const struct identity *identity)
{
    if (geteuid() != 0 || !can_change_user())
        return 0;
    if (setgroups(0, NULL) < 0)
        return failed("setgroups");
    if (setegid(identity->gid) < 0)
        return failed("setegid");
    if (seteuid(identity->uid) < 0)
        return failed("seteuid");
    return 0;
}

int privileges_return(void)
{
    if (seteuid(getuid()) < 0 || setegid(getgid()) < 0)
        return failed("return to root");
    return 0;
}

/* What exec could bring back; without CAP_SETPCAP it cannot be changed, and no_new_privs does the
 * same. */
static int drop_bounding_set(void)
{
    capng_get_caps_process();
    if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
        return 0;
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
            return failed("bounding set");
    return 0;
}

static int drop_user(const struct identity *identity)
{
    bool is_root = geteuid() == 0;

    if (is_root && setgroups(0, NULL) < 0)
        return failed("setgroups");
    if (setresgid(identity->gid, identity->gid, identity->gid) < 0)
        return failed("setresgid");
    if (setresuid(identity->uid, identity->uid, identity->uid) < 0)
        return failed("setresuid");
    return 0;
}

static int drop_capabilities(void)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return failed("ambient set");
    /* uid 0 keeps its capabilities through setresuid(), and so does a binary with file capabilities. */
    capng_clear(CAPNG_SELECT_CAPS);
    if (capng_apply(CAPNG_SELECT_CAPS) < 0)
        return failed("capabilities");
    return 0;
}

static int lock_down(void)
{
    const struct rlimit none = {0, 0};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed("no_new_privs");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return failed("dumpable");
    if (setrlimit(RLIMIT_CORE, &none) < 0)
        return failed("core files");
    return 0;
}

static bool ids_are(const struct identity *identity)
{
    uid_t uid[3];
    gid_t gid[3];

    if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 || getresgid(&gid[0], &gid[1], &gid[2]) < 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (uid[i] != identity->uid || gid[i] != identity->gid)
            return false;
    return true;
}

static bool bounding_set_is_empty(void)
{
    for (unsigned long capability = 0;; capability++) {
        int present = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
        if (present < 0)
            return true;
        if (present > 0)
            return false;
    }
}

static int verify(const struct identity *identity, bool was_root)
{
    const char *wrong = NULL;

    capng_get_caps_process();
    if (!ids_are(identity))
        wrong = "a user or group id is still another one";
    else if (was_root && getgroups(0, NULL) != 0)
        wrong = "supplementary groups are left";
    else if (capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE ||
             capng_have_capabilities(CAPNG_SELECT_AMBIENT) != CAPNG_NONE)
        wrong = "capabilities are left";
    else if (was_root && !bounding_set_is_empty())
        wrong = "the bounding set is not empty";
    else if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        wrong = "no_new_privs is not set";
    else if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        wrong = "the process is dumpable";
    else if (identity->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
        wrong = "root can be had again";
    else if (identity->gid != 0 && (setgid(0) == 0 || setegid(0) == 0))
        wrong = "group 0 can be had again";
    if (!wrong)
        return 0;
    log_error("main", "cannot give up privileges: %s", wrong);
    return -1;
}

int privileges_drop(const struct identity *identity)
{
    bool was_root = geteuid() == 0;

    if (drop_bounding_set() < 0 || drop_user(identity) < 0 || drop_capabilities() < 0 || lock_down() < 0)
        return -1;
    return verify(identity, was_root);
}
