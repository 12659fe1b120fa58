#include "harness/owner.h"
#include "harness/message.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int owner_find(struct owner *owner)
{
    const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
    unsigned long user, group;

    *owner = (struct owner){.uid = geteuid(), .gid = getegid()};
    if (geteuid() != 0 || !uid)
        return 0;
    if (text_parse_number(uid, 0, 0xfffffffe, &user) < 0 || !gid || text_parse_number(gid, 0, 0xfffffffe, &group) < 0)
        return message_error("SUDO_UID and SUDO_GID must be numbers, as sudo sets them");
    *owner = (struct owner){.uid = (uid_t)user, .gid = (gid_t)group, .is_other = user != 0};
    return 0;
}

bool owner_find_home(const struct owner *owner, char *path, size_t size)
{
    const char *home = owner->is_other ? NULL : getenv("HOME");

    if (!home || home[0] != '/') {
        const struct passwd *user = getpwuid(owner->uid);
        home = user ? user->pw_dir : NULL;
    }
    return home && home[0] == '/' && text_copy(path, size, home);
}

int owner_home(const struct owner *owner, char *path, size_t size)
{
    if (owner_find_home(owner, path, size))
        return 0;
    return message_error("user %lu has no home directory, or one with a path that is too long; set VMNET_HOME",
                         (unsigned long)owner->uid);
}

/* By descriptors only: the folder is the user's, who could put a link where a folder was. */
static void give_below(const struct owner *owner, int parent, const char *name, int depth)
{
    struct stat status;

    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    if (!S_ISDIR(status.st_mode)) {
        /* A second link may be a file of root's elsewhere. */
        if (status.st_uid == 0 && status.st_nlink == 1 &&
            fchownat(parent, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) < 0)
            return;
        return;
    }
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    bool given = status.st_uid != 0 || fchown(fd, owner->uid, owner->gid) == 0;
    DIR *folder = given && depth ? fdopendir(fd) : NULL;
    if (!folder) {
        close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            give_below(owner, fd, entry->d_name, depth - 1);
    closedir(folder);
}

void owner_give(const struct owner *owner, const char *path)
{
    enum { DEEPEST = 8 };

    if (owner->is_other)
        give_below(owner, AT_FDCWD, path, DEEPEST);
}
