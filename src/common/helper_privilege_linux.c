#include "common/helper_privilege.h"

#include <endian.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/xattr.h>
#include <unistd.h>

/* CAP_NET_ADMIN as a capability of the file, as `setcap cap_net_admin+ep` writes it, and the right to
 * run that file, which is its group's alone. */
static bool file_has_privilege(const char *path)
{
    struct vfs_ns_cap_data data = {0};
    ssize_t size = getxattr(path, "security.capability", &data, sizeof(data));

    return size >= (ssize_t)offsetof(struct vfs_ns_cap_data, data[1]) &&
           (le32toh(data.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE) &&
           (le32toh(data.data[0].permitted) & (1U << CAP_NET_ADMIN)) && access(path, X_OK) == 0;
}

bool helper_needs_sudo(const char *path)
{
    if (geteuid() == 0 || file_has_privilege(path))
        return false;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_ADMIN, 0, 0) != 1;
}
