#include "helper/network/dnsmasq_spawn.h"
#include "common/descriptors.h"
#include "common/log.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CANNOT_RUN = 127 };

/* A /16 has 65,000 leases of some 80 bytes each. */
static const struct {
    int resource;
    rlim_t most;
} limits[] = {
    {RLIMIT_NOFILE, 512},
    {RLIMIT_FSIZE, 16 << 20},
    {RLIMIT_AS, 256 << 20},
    {RLIMIT_CORE, 0},
};

bool dnsmasq_is_safe(void)
{
    char path[] = DNSMASQ_PATH;
    struct stat info;

    for (;;) {
        if (stat(path[0] ? path : "/", &info) < 0) {
            log_error("network", "%s is missing: install dnsmasq (Debian: apt-get install dnsmasq-base)", DNSMASQ_PATH);
            return false;
        }
        if (info.st_uid != 0 || (info.st_mode & 022)) {
            log_error("network", "%s is not root's alone: correct the owner and mode of %s", DNSMASQ_PATH,
                      path[0] ? path : "/");
            return false;
        }
        if (!path[0])
            return true;
        *strrchr(path, '/') = '\0';
    }
}

/* What the caller allows may be less. */
static bool limit(void)
{
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rlimit now, wanted = {limits[i].most, limits[i].most};
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &now) < 0)
            return false;
        if (now.rlim_max != RLIM_INFINITY && now.rlim_max < wanted.rlim_max)
            wanted.rlim_max = now.rlim_max;
        if (wanted.rlim_cur > wanted.rlim_max)
            wanted.rlim_cur = wanted.rlim_max;
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &wanted) < 0)
            return false;
    }
    return true;
}

/* Interfaces, raw sockets and low ports to the end; the others until it is its own user. */
static bool bound_capabilities(void)
{
    capng_get_caps_process();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return false;
    if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
        return true;
    capng_clear(CAPNG_SELECT_BOUNDS);
    capng_updatev(CAPNG_ADD, CAPNG_BOUNDING_SET, CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_SETUID,
                  CAP_SETGID, CAP_CHOWN, CAP_DAC_OVERRIDE, -1);
    return capng_apply(CAPNG_SELECT_BOUNDS) == 0;
}

static bool place_descriptors(int errors)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(errors, 2) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        return false;
    descriptors_close_from(3);
    return true;
}

static void default_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Its last word is in the file where dnsmasq's would be. */
static void run(char *const *arguments, int errors)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
    char *environment[] = {path, locale, NULL};

    default_signals();
    if (place_descriptors(errors) && limit() && bound_capabilities())
        execve(DNSMASQ_PATH, arguments, environment);
    const char *reason = strerror(errno);
    ssize_t written = write(2, reason, strlen(reason));
    (void)written;
    _exit(CANNOT_RUN);
}

pid_t dnsmasq_spawn(char *const *arguments, int errors)
{
    pid_t pid = fork();

    if (pid == 0)
        run(arguments, errors);
    if (pid < 0)
        log_error("network", "cannot start %s: %s", DNSMASQ_PATH, strerror(errno));
    return pid;
}
