/* setpriv(1) is Linux's alone; sudo, which every Mac has, closes the descriptors that the command is to get. So this
 * program changes the user itself, in the process that then becomes the command. */
#include "harness/run_as.h"
#include "harness/message.h"
#include "common/own_path.h"
#include "common/text.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum { CANNOT_RUN = 126 };

int run_as_add(const struct owner *owner, struct words *words)
{
    char path[PATH_MAX];

    if (!owner->is_other)
        return 0;
    if (own_path(path, sizeof(path)) < 0)
        return message_error("cannot find this program: %s", strerror(errno));
    words_add(words, "%s", path);
    words_add(words, RUN_AS_OPTION);
    words_add(words, "%lu", (unsigned long)owner->uid);
    words_add(words, "%lu", (unsigned long)owner->gid);
    return 0;
}

/* The groups that the user has by the system's files, as /dev/kvm may need; who is in none of them has one. */
static int take_groups(uid_t uid, gid_t gid)
{
    const struct passwd *user = getpwuid(uid);

    return user ? initgroups(user->pw_name, gid) : setgroups(1, &gid);
}

static bool is_for_good(uid_t uid, gid_t gid)
{
    return getuid() == uid && geteuid() == uid && getgid() == gid && getegid() == gid &&
           (uid == 0 || (setuid(0) < 0 && seteuid(0) < 0));
}

int run_as(int argc, char **argv)
{
    unsigned long uid, gid;

    if (argc < 3 || text_parse_number(argv[0], 0, 0xfffffffe, &uid) < 0 ||
        text_parse_number(argv[1], 0, 0xfffffffe, &gid) < 0) {
        message_error(RUN_AS_OPTION " needs: UID GID COMMAND [ARGUMENT...]");
        return 2;
    }
    if (take_groups((uid_t)uid, (gid_t)gid) < 0 || setgid((gid_t)gid) < 0 || setuid((uid_t)uid) < 0) {
        message_error("cannot become user %lu: %s", uid, strerror(errno));
        return CANNOT_RUN;
    }
    if (!is_for_good((uid_t)uid, (gid_t)gid)) {
        message_error("cannot become user %lu for good", uid);
        return CANNOT_RUN;
    }
    execvp(argv[2], argv + 2);
    message_error("cannot run %s: %s", argv[2], strerror(errno));
    return CANNOT_RUN;
}
