#include "helper/start.h"
#include "common/descriptors.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* A descriptor 0-2 that is closed would be taken by the next open: log lines would go to a socket. */
static int open_standard(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= 2);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static void reset_environment(struct caller *caller)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
    static char *fixed[] = {path, locale, NULL};

    caller->sudo_uid = getenv("SUDO_UID");
    caller->sudo_gid = getenv("SUDO_GID");
    caller->notify_socket = getenv("NOTIFY_SOCKET");
    environ = fixed;
}

int start_clean(struct caller *caller)
{
    const struct rlimit none = {0, 0};

    if (open_standard() < 0) {
        log_error("main", "cannot open /dev/null: %s", strerror(errno));
        return -1;
    }
    if (getuid() != geteuid() || getgid() != getegid()) {
        log_error("main", "refusing to run setuid: remove the bit and start it with sudo");
        return -1;
    }
    reset_environment(caller);
    umask(077);
    setrlimit(RLIMIT_CORE, &none);
    return 0;
}

static int compare(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

void start_keep_descriptors(const int *kept, int count)
{
    int sorted[8];
    int first = 3;

    memcpy(sorted, kept, (size_t)count * sizeof(int));
    qsort(sorted, (size_t)count, sizeof(int), compare);
    for (int i = 0; i < count; i++) {
        if (sorted[i] < first)
            continue;
        if (sorted[i] > first)
            descriptors_close_range(first, sorted[i] - 1);
        fcntl(sorted[i], F_SETFD, FD_CLOEXEC);
        first = sorted[i] + 1;
    }
    descriptors_close_from(first);
}
