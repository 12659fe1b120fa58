#include "helper.h"
#include "common/helper_privilege.h"
#include "common/log.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The owner of the client's own file could as well have changed the client. */
static bool is_trusted_owner(uid_t owner)
{
    char self[PATH_MAX];
    struct stat status;

    if (owner == 0 || owner == geteuid())
        return true;
    return own_path(self, sizeof(self)) == 0 && stat(self, &status) == 0 && status.st_uid == owner;
}

static int check_program(const char *path)
{
    struct stat status;
    const char *reason = NULL;

    if (stat(path, &status) < 0)
        reason = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        reason = "not a regular file";
    else if (access(path, X_OK) < 0)
        reason = "not executable";
    else if (!is_trusted_owner(status.st_uid) || (status.st_mode & S_IWOTH))
        reason = "somebody else can change it";
    if (!reason)
        return 0;
    log_error("client", "cannot use %s: %s; install vmnet-helper in the folder of vmnet-client", path, reason);
    return -1;
}

static const char *sudo_find(void)
{
    static const char *const places[] = {"/usr/bin/sudo", "/usr/local/bin/sudo"};

    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

int client_helper_find(struct client_helper *helper)
{
    *helper = (struct client_helper){.status = -1, .out = -1};
    if (own_sibling("vmnet-helper", helper->path, sizeof(helper->path)) < 0) {
        log_error("client", "cannot find the folder of vmnet-client: %s", strerror(errno));
        return -1;
    }
    if (check_program(helper->path) < 0)
        return -1;
    if (!helper_needs_sudo(helper->path))
        return 0;
    helper->sudo = sudo_find();
    if (!helper->sudo) {
        log_error("client", "%s needs root: run vmnet-client as root or install sudo", helper->path);
        return -1;
    }
    return 0;
}

int client_helper_start(struct client_helper *helper, const struct client_options *options, int socket)
{
    int out[2];
    char close_from[32];
    int count = 0;
    const char **argv = calloc((size_t)options->helper_arg_count + 8, sizeof(*argv));

    if (!argv || pipe(out) < 0) {
        log_error("client", "cannot start the helper: %s", strerror(errno));
        free(argv);
        return -1;
    }
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(out[1], F_SETFD, FD_CLOEXEC);

    struct process_options start = {
        .argv = argv, .fds = {-1, out[1], 2, socket}, .fd_count = 4, .new_group = true, .die_with_parent = true};
    for (int i = 0; i < options->passed_count; i++)
        start.fds[start.fd_count++] = options->passed[i];
    if (helper->sudo) {
        text_format(close_from, sizeof(close_from), "--close-from=%d", start.fd_count);
        argv[count++] = helper->sudo;
        argv[count++] = "--non-interactive";
        argv[count++] = close_from;
    }
    argv[count++] = helper->path;
    argv[count++] = "--fd";
    argv[count++] = "3";
    memcpy(argv + count, options->helper_args, (size_t)options->helper_arg_count * sizeof(*argv));

    pid_t pid = process_start(&start);
    int error = errno;
    free(argv);
    close(out[1]);
    if (pid < 0) {
        close(out[0]);
        log_error("client", "cannot start %s: %s", helper->sudo ? helper->sudo : helper->path, strerror(error));
        return -1;
    }
    helper->pid = pid;
    helper->out = out[0];
    return 0;
}

bool client_helper_ended(struct client_helper *helper)
{
    if (helper->pid > 0 && helper->status < 0) {
        int status = process_wait(helper->pid, 0);
        if (status >= 0 || errno != ETIMEDOUT)
            helper->status = status >= 0 ? status : 255;
    }
    return helper->status >= 0;
}

/* A process that sudo made root is not ours to signal: then its group, where the helper itself, when
 * it has dropped root, is. */
static void send_signal(const struct client_helper *helper, int number)
{
    if (kill(helper->pid, number) < 0 && errno == EPERM)
        kill(-helper->pid, number);
}

void client_helper_end(struct client_helper *helper, double grace)
{
    if (helper->out >= 0)
        close(helper->out);
    helper->out = -1;
    if (helper->pid <= 0 || client_helper_ended(helper))
        return;
    send_signal(helper, SIGTERM);
    helper->status = process_wait(helper->pid, grace);
    if (helper->status >= 0)
        return;
    send_signal(helper, SIGKILL);
    helper->status = process_wait(helper->pid, grace);
    if (helper->status < 0)
        log_warn("client", "cannot end the helper, process %d: it ends when it sees that its socket is closed",
                 (int)helper->pid);
}
