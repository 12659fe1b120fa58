#include "helper/run.h"
#include "common/log.h"
#include "common/own_path.h"
#include "common/version.h"
#include "helper/host.h"
#include "helper/identity.h"
#include "helper/info.h"
#include "helper/privileges.h"
#include "helper/root_phase.h"
#include "helper/sandbox.h"
#include "helper/serve.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, FAILURE = 1, USAGE = 2 };

struct helper {
    const struct options *options;
    const struct caller *caller;
    struct signals *signals;
    struct identity identity;
    struct opened opened;
    struct channel channel;
    struct pcap *pcap;
    struct guard guard;
    struct forward forward;
    struct stats stats;
    struct notify notify;
};

static void log_start(void)
{
    char path[PATH_MAX], host[128];

    if (own_path(path, sizeof(path)) < 0)
        strcpy(path, "vmnet-helper");
    log_info("main", "running %s v%s on %s", path, version_number, host_describe(host, sizeof(host)));
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
    if (options->socket_path && socket_bind(&helper->opened.server) < 0)
        return -1;
    if (info_print(&helper->opened.info) < 0)
        return -1;
    notify_ready(&helper->notify);
    notify_service_manager(helper->caller->notify_socket);
    return 0;
}

static int prepare_forwarding(struct helper *helper)
{
    const struct options *options = helper->options;
    const struct forward_parts parts = {
        .interface = helper->opened.interface,
        .info = &helper->opened.info,
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
    if (sandbox_enter(helper->opened.server.folder) < 0 || signals_start(helper->signals) < 0)
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
        .server = options->socket_path ? &helper->opened.server : NULL,
        .peer = &helper->opened.peer,
        .stats = &helper->stats,
        .notify = &helper->notify,
    };

    int opened = root_phase_open(options, helper->caller, &helper->opened);
    /* Whoever was told to stop may have failed for that. */
    if (signals_stop_is_pending(helper->signals)) {
        log_info("main", "stopping: signal");
        return OK;
    }
    if (opened < 0 || open_to_caller(helper) < 0 || prepare_to_serve(helper) < 0)
        return FAILURE;
    return serve(&service);
}

/* In reverse order; what was not opened is skipped. */
static void close_all(struct helper *helper)
{
    forward_destroy(&helper->forward);
    channel_destroy(&helper->channel);
    pcap_close(helper->pcap);
    socket_destroy(&helper->opened.server);
    peer_close(&helper->opened.peer);
    if (helper->opened.interface)
        interface_stop(helper->opened.interface);
}

int run(const struct options *options, const struct caller *caller, struct signals *signals)
{
    struct helper helper = {
        .options = options,
        .caller = caller,
        .signals = signals,
        .opened = {.server = {.fd = -1, .client = -1, .folder = -1}, .peer = {.probe = -1}},
        .forward = {.wake = {-1, -1}, .ended = {-1, -1}},
    };
    const int kept[] = {options->fd, options->parent_liveness_fd, options->notify_fd, options->pcap_fd};

    if (root_phase_check(options, caller, &helper.identity) < 0)
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
