#include "harness/doctor_place.h"
#include "harness/name.h"
#include "harness/unix_connect.h"
#include "common/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The folder, or the nearest above it that is there. */
static bool find_existing(const char *path, char *found, struct stat *status)
{
    if (!text_copy(found, PATH_MAX, path))
        return false;
    while (stat(found, status) < 0) {
        char *slash = strrchr(found, '/');
        if (!slash || errno == EACCES || errno == ELOOP)
            return false;
        slash[slash == found] = '\0';
        if (slash == found && stat(found, status) < 0)
            return false;
    }
    return true;
}

void doctor_state_folder(struct report *report, const char *home, const struct owner *owner)
{
    const char *why = "the state of VMs is kept there, and their disks";
    char found[PATH_MAX], remedy[PATH_MAX + 64];
    struct stat status;

    text_format(remedy, sizeof(remedy), "sudo chown -R %lu:%lu '%s', or set VMNET_HOME to another folder",
                (unsigned long)owner->uid, (unsigned long)owner->gid, home);
    if (!find_existing(home, found, &status))
        report_bad(report, BLOCKS, "state-folder", why, "set VMNET_HOME to a folder of yours", "%s: %s", home,
                   strerror(errno));
    else if (!S_ISDIR(status.st_mode))
        report_bad(report, BLOCKS, "state-folder", why, "move it away, or set VMNET_HOME to another folder",
                   "%s is no folder", found);
    else if (strcmp(found, home) == 0 && status.st_uid != owner->uid && owner->uid != 0 && geteuid() != 0)
        report_bad(report, BLOCKS, "state-folder", why, remedy, "%s belongs to user %lu, and you are user %lu", home,
                   (unsigned long)status.st_uid, (unsigned long)owner->uid);
    else if (access(found, W_OK | X_OK) < 0)
        report_bad(report, BLOCKS, "state-folder", why, strcmp(found, home) == 0 ? remedy
                   : "set VMNET_HOME to a folder of yours", "%s may not be written to: %s", found, strerror(errno));
    else
        report_fine(report, "state-folder", "%s%s", home, strcmp(found, home) == 0 ? "" : " will be made");
}

void doctor_socket_path(struct report *report, const char *home)
{
    enum { LONGEST_FILE = 26 }; /* "/vfkit-%x-%x.sock" */
    size_t rest = UNIX_PATH_LENGTH - strlen("/vms/") - LONGEST_FILE, length = strlen(home);

    if (length + 1 > rest)
        report_bad(report, NOTE, "socket-path", "a unix socket's path has at most 108 bytes (macOS: 104): the sockets of "
                   "VMs go to /tmp/vmnet-* instead", "set VMNET_HOME to a shorter path", "the path of %s is too long for "
                   "sockets", home);
    else
        report_fine(report, "socket-path", "sockets are in the state folder for names of up to %zu characters",
                    rest - length < NAME_SIZE - 1 ? rest - length : NAME_SIZE - 1);
}

void doctor_space_left(struct report *report, const char *home, double bytes)
{
    static const double wanted = 2.0 * (1 << 30), least = 128.0 * (1 << 20);

    if (bytes >= wanted)
        report_fine(report, "space", "%.1f GiB free for %s", bytes / (1 << 30), home);
    else
        report_bad(report, bytes < least ? BLOCKS : NOTE, "space",
                   "an image has up to 2 GiB, and the disk of a VM grows with what its guest writes",
                   "free some (image delete, vm delete), or set VMNET_HOME to another file system",
                   "%.1f GiB free for %s", bytes / (1 << 30), home);
}

void doctor_space(struct report *report, const char *home)
{
    char found[PATH_MAX];
    struct stat status;
    struct statvfs space;

    if (find_existing(home, found, &status) && statvfs(found, &space) == 0)
        doctor_space_left(report, home, (double)space.f_bavail * (double)space.f_frsize);
}

/* The first of the path and the folders above it that others than root may change. */
static bool find_unsafe(char *path, uid_t root, const char **reason)
{
    struct stat status;

    for (;;) {
        const char *name = *path ? path : "/";
        if (stat(name, &status) < 0)
            return false;
        *reason = status.st_uid != root && status.st_uid != 0 ? "does not belong to root"
                : status.st_mode & 022 && !(S_ISDIR(status.st_mode) && status.st_mode & S_ISVTX)
                    ? "may be written to by others than root" : NULL;
        if (*reason) {
            if (!*path)
                text_copy(path, PATH_MAX, "/");
            return true;
        }
        char *slash = strrchr(path, '/');
        if (!slash || !*path)
            return false;
        *slash = '\0';
    }
}

void doctor_helper_path(struct report *report, const char *helper, uid_t root)
{
    char path[PATH_MAX];
    const char *reason = NULL;

    if (!text_copy(path, sizeof(path), helper) || access(helper, F_OK) < 0)
        return;
    if (find_unsafe(path, root, &reason))
        report_bad(report, NOTE, "helper-path", "the helper is run as root: whoever can replace it, is root",
                   "install it where only root can write, and let sudo allow that one only: sudo make install "
                   "PREFIX=/opt/vmnet-helper", "%s %s", path, reason);
    else
        report_fine(report, "helper-path", "only root can change %s", helper);
}
