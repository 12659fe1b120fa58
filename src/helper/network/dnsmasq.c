#include "helper/network/dnsmasq.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"
#include "helper/network/dnsmasq_spawn.h"
#include "helper/network/state.h"
#include "helper/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENT_MAX = 40, ARGUMENT_SIZE = 200, START_SECONDS = 10, STOP_MS = 2000 };

struct arguments {
    char text[ARGUMENT_MAX][ARGUMENT_SIZE];
    char *list[ARGUMENT_MAX + 1];
    unsigned count;
};

static void add(struct arguments *arguments, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct arguments *arguments, const char *format, ...)
{
    va_list values;

    if (arguments->count == ARGUMENT_MAX)
        abort();
    va_start(values, format);
    int length = vsnprintf(arguments->text[arguments->count], ARGUMENT_SIZE, format, values);
    va_end(values);
    if (length >= ARGUMENT_SIZE)
        abort();
    arguments->list[arguments->count] = arguments->text[arguments->count];
    arguments->list[++arguments->count] = NULL;
}

static void add_ipv6(struct arguments *arguments, const struct network *network)
{
    add(arguments, "--dhcp-range=%s,ra-only,64", network->prefix6);
    add(arguments, "--enable-ra");
    /* host: a router lifetime of 0: the address is for the network only, no default route. */
    if (network->mode == MODE_HOST)
        add(arguments, "--ra-param=%s,0,0", network->bridge);
    add(arguments, "--host-record=host.vmnet.internal,%s1", network->prefix6);
}

uid_t dnsmasq_uid(void)
{
    const struct passwd *entry = getpwnam("dnsmasq");

    if (!entry)
        entry = getpwnam("nobody");
    return entry ? entry->pw_uid : 65534;
}

static void arguments_fill(struct arguments *arguments, const struct network *network)
{
    char gateway[IPV4_TEXT_SIZE], first[IPV4_TEXT_SIZE], last[IPV4_TEXT_SIZE], mask[IPV4_TEXT_SIZE];
    const char *user = getpwnam("dnsmasq") ? "dnsmasq" : "nobody";

    ipv4_format(network->gateway, gateway);
    ipv4_format(network->gateway + 1, first);
    ipv4_format(network->end, last);
    ipv4_format(network->mask, mask);

    add(arguments, DNSMASQ_PATH);
    add(arguments, "--conf-file=/dev/null");
    add(arguments, "--user=%s", user);
    add(arguments, "--pid-file=%s/dnsmasq.pid", network->state_dir);
    add(arguments, "--dhcp-leasefile=%s/dnsmasq.leases", network->state_dir);

    /* Only this bridge: other networks, and the host's own resolver, have theirs. */
    add(arguments, "--interface=%s", network->bridge);
    add(arguments, "--except-interface=lo");
    add(arguments, "--bind-interfaces");

    /* dnsmasq picks an address by the client's MAC: a VM gets the same one after the network was
     * removed and made again. Without the ping that takes three seconds: only it gives addresses. */
    add(arguments, "--dhcp-range=%s,%s,%s,1h", first, last, mask);
    add(arguments, "--dhcp-authoritative");
    add(arguments, "--dhcp-rapid-commit");
    add(arguments, "--dhcp-no-override");
    add(arguments, "--dhcp-lease-max=%u", network->end - network->gateway);
    add(arguments, "--no-ping");
    add(arguments, "--quiet-dhcp");
    add(arguments, "--quiet-dhcp6");
    add(arguments, "--quiet-ra");

    add(arguments, "--no-hosts");
    add(arguments, "--bogus-priv");
    add(arguments, "--domain-needed");
    add(arguments, "--host-record=host.vmnet.internal,%s", gateway);
    if (network->mode == MODE_HOST) {
        add(arguments, "--no-resolv");
        add(arguments, "--dhcp-option=option:router"); /* empty: no default route */
    }
    if (network->prefix6[0])
        add_ipv6(arguments, network);
}

static int errors_open(const char *state_dir, int flags)
{
    char path[ARGUMENT_SIZE];

    text_format(path, sizeof(path), "%s/dnsmasq.errors", state_dir);
    return open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
}

static void report(int status, int errors)
{
    char text[400], reason[300];

    if (status < 0 && stop_is_pending()) {
        log_info("network", "dnsmasq has not served yet, and is no more waited for");
        return;
    }
    if (status < 0) {
        log_error("network", "dnsmasq does not serve after %d s", START_SECONDS);
        return;
    }
    ssize_t count = pread(errors, text, sizeof(text) - 1, 0);
    text[count > 0 ? count : 0] = '\0';
    const char *start = text + strspn(text, "\n");
    text_printable(reason, sizeof(reason), start, strcspn(start, "\n"));
    log_error("network", "dnsmasq ended with status %d: %s", status, reason[0] ? reason : "no reason given");
}

/* Returns its status, or -1 if that takes too long, or longer than the user wants to wait. */
static int wait_until_it_serves(pid_t pid)
{
    double end = process_clock() + START_SECONDS;
    int status;

    do {
        status = process_wait(pid, 0.1);
    } while (status < 0 && errno == ETIMEDOUT && process_clock() < end && !stop_is_pending());
    return status;
}

/* The process that was started ends when dnsmasq serves, or could not: then stderr has the reason. */
static int start_and_wait(char *const *arguments, const char *state_dir)
{
    int errors = errors_open(state_dir, O_CREAT | O_TRUNC);
    pid_t pid;

    if (errors < 0 || flock(errors, LOCK_EX | LOCK_NB) < 0) {
        log_error("network", "cannot write to %s: %s", state_dir, strerror(errno));
        if (errors >= 0)
            close(errors);
        return -1;
    }
    if ((pid = dnsmasq_spawn(arguments, errors)) < 0) {
        close(errors);
        return -1;
    }
    int status = wait_until_it_serves(pid);
    if (status < 0)
        process_end(pid, 0.1);
    if (status != 0)
        report(status, errors);
    close(errors);
    return status == 0 ? 0 : -1;
}

/* Wait until a dnsmasq that is about to start has, or has failed. */
static void wait_for_start(const char *state_dir)
{
    struct timespec pause = {.tv_nsec = 5000000};
    int errors = errors_open(state_dir, 0);

    if (errors < 0)
        return;
    for (int tries = 0; tries < START_SECONDS * 200 && flock(errors, LOCK_EX | LOCK_NB) < 0; tries++)
        nanosleep(&pause, NULL);
    close(errors);
}

/* Is this process the dnsmasq of this folder? 1: yes; 0: no; -1 with errno: it cannot be known now. */
static int is_ours(pid_t pid, const char *state_dir)
{
    char path[64], wanted[ARGUMENT_SIZE], line[4096];

    text_format(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    text_format(wanted, sizeof(wanted), "--pid-file=%s/dnsmasq.pid", state_dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ESRCH ? 0 : -1;
    ssize_t count = read(fd, line, sizeof(line) - 1);
    int error = errno;
    close(fd);
    errno = error;
    if (count <= 0)
        return count == 0 || error == ESRCH ? 0 : -1;
    line[count] = '\0';
    for (const char *word = line; word < line + count; word += strlen(word) + 1)
        if (strcmp(word, wanted) == 0)
            return 1;
    return 0;
}

/* A descriptor of the running dnsmasq, which no other process can take over; -1 with errno: ESRCH if none runs, or
 * why that cannot be known. */
static int find(const char *state_dir)
{
    char path[ARGUMENT_SIZE], text[32];
    unsigned long pid;

    wait_for_start(state_dir);
    text_format(path, sizeof(path), "%s/dnsmasq.pid", state_dir);
    if (state_read(AT_FDCWD, path, text, sizeof(text)) < 0) {
        errno = errno == ENOENT ? ESRCH : errno;
        return -1;
    }
    text[strcspn(text, "\n")] = '\0';
    if (text_parse_number(text, 2, INT32_MAX, &pid) < 0) {
        errno = ESRCH;
        return -1;
    }
    int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    int ours = fd < 0 ? 0 : is_ours((pid_t)pid, state_dir);
    if (fd >= 0 && ours <= 0) {
        int error = ours < 0 ? errno : ESRCH;
        close(fd);
        errno = error;
        fd = -1;
    }
    return fd;
}

bool dnsmasq_runs(const char *state_dir)
{
    int fd = find(state_dir);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int dnsmasq_start(const struct network *network)
{
    struct arguments *arguments;

    if (dnsmasq_runs(network->state_dir))
        return 0;
    if (!dnsmasq_is_safe())
        return -1;
    if (!(arguments = calloc(1, sizeof(*arguments)))) {
        log_error("network", "no memory to start dnsmasq");
        return -1;
    }
    arguments_fill(arguments, network);
    int result = start_and_wait(arguments->list, network->state_dir);
    free(arguments);
    return result;
}

int dnsmasq_stop(const char *state_dir)
{
    int fd = find(state_dir);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    int result = 0;

    if (fd < 0 && errno == ESRCH)
        return 0;
    if (fd < 0) {
        log_error("network", "cannot find the dnsmasq of %s: %s", state_dir, strerror(errno));
        return -1;
    }
    if (syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) < 0 && errno != ESRCH) {
        log_error("network", "cannot end dnsmasq: %s", strerror(errno));
        result = -1;
    } else if (poll(&ended, 1, STOP_MS) == 0) {
        syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
        poll(&ended, 1, STOP_MS);
    }
    close(fd);
    return result;
}
