#include "harness/netns.h"
#include "harness/message.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static int make_namespace(const char *name, const char *path)
{
    const char *const add[] = {"ip", "netns", "add", name, NULL};
    const char *const up[] = {"ip", "-netns", name, "link", "set", "lo", "up", NULL};

    /* Another command may have made it at the same moment: ip then says so, and all is well. */
    if (process_run(add, NULL) != 0 && access(path, F_OK) < 0)
        return message_error("cannot make the network namespace \"%s\"", name);
    if (process_run(up, NULL) != 0)
        return message_error("cannot bring up the loopback interface of the network namespace \"%s\"", name);
    return 0;
}

int netns_enter(const char *name, int make)
{
    char path[PATH_MAX];

    if (geteuid() != 0)
        return message_error("the network namespace \"%s\" needs root; run this with sudo", name);
    text_format(path, sizeof(path), "/run/netns/%s", name);
    if (access(path, F_OK) < 0 && make && make_namespace(name, path) < 0)
        return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return message_error("there is no network namespace \"%s\": %s", name, strerror(errno));
    int result = setns(fd, CLONE_NEWNET);
    /* Its name is there a moment before it is one, when another command makes it just now. */
    for (int i = 0; result < 0 && errno == EINVAL && i < 40; i++) {
        close(fd);
        usleep(50000);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        result = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
    }
    if (result < 0)
        message_error("cannot enter the network namespace \"%s\": %s", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}
