/* Privilege on macOS: the user and group ids. There are no capabilities; what a sandbox profile could
 * take away is told in sandbox_darwin.c. */
#include "helper/privileges.h"
#include "common/log.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int failed(const char *what)
{
    log_error("main", "cannot give up privileges: %s: %s", what, strerror(errno));
    return -1;
}

/* Up to macOS 15 vmnet serves root, or a binary with an entitlement that Apple grants; from 26 every
 * user whose binary is signed with another one. vmnet alone knows: it says no with a reason. */
bool privileges_suffice(void)
{
    return true;
}

/* No group but the user's own: an empty list is not what every macOS takes. */
static int leave_groups(gid_t gid)
{
    return setgroups(1, &gid);
}

int privileges_borrow(const struct identity *identity)
{
    if (geteuid() != 0)
        return 0;
    if (leave_groups(identity->gid) < 0)
        return failed("setgroups");
    if (setegid(identity->gid) < 0)
        return failed("setegid");
    if (seteuid(identity->uid) < 0)
        return failed("seteuid");
    return 0;
}

int privileges_return(void)
{
    if (getuid() != 0)
        return 0;
    if (seteuid(0) < 0 || setegid(0) < 0)
        return failed("return to root");
    return 0;
}

static bool groups_are_left(gid_t gid)
{
    gid_t groups[64];
    int count = getgroups(64, groups);

    for (int i = 0; i < count; i++)
        if (groups[i] != gid)
            return true;
    return count < 0;
}

static int verify(const struct identity *identity, bool was_root)
{
    const char *wrong = NULL;

    if (getuid() != identity->uid || geteuid() != identity->uid)
        wrong = "the user id is still another one";
    else if (getgid() != identity->gid || getegid() != identity->gid)
        wrong = "the group id is still another one";
    else if (was_root && groups_are_left(identity->gid))
        wrong = "supplementary groups are left";
    else if (identity->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
        wrong = "root can be had again";
    else if (identity->uid != 0 && identity->gid != 0 && was_root && (setgid(0) == 0 || setegid(0) == 0))
        wrong = "group 0 can be had again";
    if (!wrong)
        return 0;
    log_error("main", "cannot give up privileges: %s", wrong);
    return -1;
}

int privileges_drop(const struct identity *identity)
{
    const struct rlimit none = {0, 0};
    bool was_root = geteuid() == 0;

    /* As root setgid and setuid set the real, effective and saved ids: there is no way back. */
    if (was_root && leave_groups(identity->gid) < 0)
        return failed("setgroups");
    if (was_root && setgid(identity->gid) < 0)
        return failed("setgid");
    if (was_root && setuid(identity->uid) < 0)
        return failed("setuid");
    if (setrlimit(RLIMIT_CORE, &none) < 0)
        return failed("core files");
    return verify(identity, was_root);
}
