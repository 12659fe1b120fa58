#include "helper/run.h"
#include "common/log.h"
#include "common/own_path.h"
#include "common/version.h"
#include "helper/acl.h"
#include "helper/datagram.h"
#include "helper/host.h"
#include "helper/identity.h"
#include "helper/info.h"
#include "helper/privileges.h"
#include "helper/sandbox.h"
#include "helper/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, FAILURE = 1, USAGE = 2 };

struct helper {
    const struct options *options;
    const struct caller *caller;
    struct signals *signals;
    struct identity identity;
    struct interface *interface;
    struct interface_info info;
    struct server_socket server;
    struct peer peer;
    struct channel channel;
    struct pcap *pcap;
    struct guard guard;
    struct forward forward;
    struct stats stats;
    struct notify notify;
};

static int check_descriptor(int fd, const char *name, int unwanted)
{
    int flags = fd < 0 ? O_RDWR : fcntl(fd, F_GETFL);

    if (flags < 0) {
        log_error("main", "--%s %d is not open: pass an inherited descriptor", name, fd);
        return -1;
    }
    if ((flags & O_ACCMODE) == unwanted) {
        log_error("main", "--%s %d is the wrong end of a pipe", name, fd);
        return -1;
    }
    return 0;
}

static int check_socket(const struct helper *helper)
{
    const struct options *options = helper->options;

    if (options->fd >= 0)
        return socket_check_fd(options->fd, options->framing);
    /* Root would see files that the caller may not know of. */
    if (privileges_borrow(&helper->identity) < 0)
        return -1;
    int result = socket_check_path(options->socket_path);
    return privileges_return() < 0 ? -1 : result;
}

static int check_shared_interface(const struct options *options)
{
    const char *name = options->interface.shared_interface;

    if (options->interface.mode != MODE_BRIDGED || if_nametoindex(name))
        return 0;
    log_error("main", "no interface \"%s\" to join: see --list-shared-interfaces", name);
    return -1;
}

/* All that can be wrong with what the caller asks for, before anything is touched. */
static int check(struct helper *helper)
{
    const struct options *options = helper->options;

    if (identity_choose(&helper->identity, options->user, helper->caller, options->socket_path != NULL) < 0)
        return -1;
    if (check_descriptor(options->parent_liveness_fd, "parent-liveness-fd", O_WRONLY) < 0 ||
        check_descriptor(options->notify_fd, "notify-fd", O_RDONLY) < 0 ||
        check_descriptor(options->pcap_fd, "pcap-fd", O_RDONLY) < 0)
        return -1;
    return check_socket(helper) < 0 ? -1 : check_shared_interface(options);
}

static void log_start(void)
{
    char path[PATH_MAX], host[128];

    if (own_path(path, sizeof(path)) < 0)
        strcpy(path, "vmnet-helper");
    log_info("main", "running %s v%s on %s", path, version_number, host_describe(host, sizeof(host)));
}

/* The privileged part: it opens what needs privilege, and no more. */
static int open_privileged(struct helper *helper)
{
    const struct options *options = helper->options;

    if (acl_check(&options->interface, helper->caller) < 0)
        return -1;
    log_info("main", "enabling bulk forwarding");
    helper->interface = interface_start(&options->interface, &helper->info);
    if (!helper->interface)
        return -1;
    log_info("main", "started vmnet interface");
    if (options->fd >= 0)
        datagram_set_buffers(options->fd);
    else if (socket_create(&helper->server, options->socket_path, options->framing) < 0)
        return -1;
    /* A stream tells its end. */
    if (options->framing == FRAMING_DATAGRAM)
        peer_open(&helper->peer, options->fd >= 0 ? options->fd : helper->server.fd);
    return 0;
}

static int open_capture(struct helper *helper)
{
    const struct options *options = helper->options;

    if (options->pcap_path)
        helper->pcap = pcap_open(options->pcap_path);
    else if (options->pcap_fd >= 0)
        helper->pcap = pcap_open_fd(options->pcap_fd);
    else
        return 0;
    return helper->pcap ? 0 : -1;
}

/* Callers start the VM as soon as they have read the JSON line, and it connects at once: the socket is
 * there before. Its file is the caller's, so it is made after the drop. */
static int open_to_caller(struct helper *helper)
{
    const struct options *options = helper->options;

    if (privileges_drop(&helper->identity) < 0)
        return -1;
    log_info("main", "running as uid: %lu gid: %lu", (unsigned long)helper->identity.uid,
             (unsigned long)helper->identity.gid);
    if (open_capture(helper) < 0)
        return -1;
    if (options->socket_path && socket_bind(&helper->server) < 0)
        return -1;
    if (info_print(&helper->info) < 0)
        return -1;
    notify_ready(&helper->notify);
    notify_service_manager(helper->caller->notify_socket);
    return 0;
}

static int prepare_forwarding(struct helper *helper)
{
    const struct options *options = helper->options;
    const struct forward_parts parts = {
        .interface = helper->interface,
        .info = &helper->info,
        .config = &options->interface,
        .channel = &helper->channel,
        .stats = &helper->stats,
        .notify = &helper->notify,
        .pcap = helper->pcap,
        .guard = options->guard ? &helper->guard : NULL,
    };

    guard_init(&helper->guard, options->has_guard_mac ? options->guard_mac : NULL);
    if (channel_create(&helper->channel, options->framing) < 0) {
        log_error("main", "cannot prepare for the VM: %s", strerror(errno));
        return -1;
    }
    return forward_create(&helper->forward, &parts);
}

static int prepare_to_serve(struct helper *helper)
{
    if (signals_open(helper->signals) < 0 || prepare_forwarding(helper) < 0)
        return -1;
    /* Reads the time zone's file, which the sandbox forbids. */
    tzset();
    if (sandbox_enter(helper->server.folder) < 0 || signals_start(helper->signals) < 0)
        return -1;
    return helper->pcap ? pcap_start(helper->pcap) : 0;
}

static int start_and_serve(struct helper *helper)
{
    const struct options *options = helper->options;
    struct service service = {
        .options = options,
        .signals = helper->signals,
        .forward = &helper->forward,
        .server = options->socket_path ? &helper->server : NULL,
        .peer = &helper->peer,
        .stats = &helper->stats,
        .notify = &helper->notify,
    };

    if (open_privileged(helper) < 0)
        return FAILURE;
    if (signals_stop_is_pending(helper->signals)) {
        log_info("main", "stopping: signal");
        return OK;
    }
    if (open_to_caller(helper) < 0 || prepare_to_serve(helper) < 0)
        return FAILURE;
    return serve(&service);
}

/* In reverse order; what was not opened is skipped. */
static void close_all(struct helper *helper)
{
    forward_destroy(&helper->forward);
    channel_destroy(&helper->channel);
    pcap_close(helper->pcap);
    socket_destroy(&helper->server);
    peer_close(&helper->peer);
    if (helper->interface)
        interface_stop(helper->interface);
}

int run(const struct options *options, const struct caller *caller, struct signals *signals)
{
    struct helper helper = {
        .options = options,
        .caller = caller,
        .signals = signals,
        .server = {.fd = -1, .client = -1, .folder = -1},
        .peer = {.probe = -1},
        .forward = {.wake = {-1, -1}, .ended = {-1, -1}},
    };
    const int kept[] = {options->fd, options->parent_liveness_fd, options->notify_fd, options->pcap_fd};

    if (check(&helper) < 0)
        return USAGE;
    start_keep_descriptors(kept, 4);
    notify_init(&helper.notify, options->notify_fd);
    log_start();
    if (!privileges_suffice())
        return FAILURE;
    int status = start_and_serve(&helper);
    close_all(&helper);
    return status;
}
