#include "helper/serve.h"
#include "common/log.h"
#include "common/process.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum reason { NO_REASON, SIGNALLED, PARENT_GONE, VM_GONE, INTERFACE_GONE, FAILED };

static const char *const reason_names[] = {
    [SIGNALLED] = "signal",
    [PARENT_GONE] = "parent gone",
    [VM_GONE] = "vm gone",
    [INTERFACE_GONE] = "interface gone",
    [FAILED] = "error",
};

/* How often the kernel is asked whether the VM is still there. */
static const double probe_interval = 1;

struct clock {
    double next_probe, next_stats;
};

static enum reason take_signals(struct service *service)
{
    int number;

    while ((number = signals_next(service->signals)) != 0) {
        if (number != SIGUSR1)
            return SIGNALLED;
        stats_log(service->stats);
    }
    return NO_REASON;
}

/* End of file is what we wait for; what else the parent writes means nothing. */
static enum reason read_parent(int fd)
{
    char bytes[64];
    ssize_t count = read(fd, bytes, sizeof(bytes));

    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN)) ? NO_REASON : PARENT_GONE;
}

static enum reason forward_reason(const struct forward *forward)
{
    switch (forward_end(forward)) {
    case FORWARD_RUNS:
        return NO_REASON;
    case FORWARD_VM_GONE:
        return VM_GONE;
    case FORWARD_INTERFACE_GONE:
        return INTERFACE_GONE;
    case FORWARD_FAILED:
        break;
    }
    return FAILED;
}

static void log_stats_in_time(struct service *service, struct clock *clock, double now)
{
    unsigned interval = service->options->stats_interval;

    if (!interval || now < clock->next_stats)
        return;
    clock->next_stats = now + interval;
    stats_log(service->stats);
}

static enum reason probe_in_time(struct service *service, struct clock *clock, double now)
{
    if (now < clock->next_probe)
        return NO_REASON;
    clock->next_probe = now + probe_interval;
    return peer_check(service->peer) == PEER_GONE ? VM_GONE : NO_REASON;
}

/* Milliseconds until the next thing to do; at least one, so that rounding never makes a busy loop. */
static int time_left(const struct service *service, const struct clock *clock, double now, bool probing)
{
    double next = probing ? clock->next_probe : now + 3600;

    if (service->options->stats_interval && clock->next_stats < next)
        next = clock->next_stats;
    return next <= now ? 1 : (int)((next - now) * 1000) + 1;
}

/* Wait for the next event. fd: what else to wait for, *readable tells. Returns the reason to stop. */
static enum reason wait_for_event(struct service *service, struct clock *clock, int fd, bool probing, bool *readable)
{
    struct pollfd events[3] = {
        {.fd = signals_fd(service->signals), .events = POLLIN},
        {.fd = service->options->parent_liveness_fd, .events = POLLIN},
        {.fd = fd, .events = POLLIN},
    };
    enum reason reason = NO_REASON;

    poll(events, 3, time_left(service, clock, process_clock(), probing));
    double now = process_clock();
    *readable = events[2].revents;
    if (events[0].revents)
        reason = take_signals(service);
    if (!reason && events[1].revents)
        reason = read_parent(service->options->parent_liveness_fd);
    if (!reason && probing && !*readable)
        reason = probe_in_time(service, clock, now);
    log_stats_in_time(service, clock, now);
    return reason;
}

static enum reason wait_for_client(struct service *service, struct clock *clock, char *client)
{
    log_info("main", "waiting for client on \"%s\"", service->server->path);
    for (;;) {
        bool readable;
        enum reason reason = wait_for_event(service, clock, service->server->fd, false, &readable);
        if (reason)
            return reason;
        if (readable && socket_accept(service->server, &service->forward->to_network, client))
            return NO_REASON;
    }
}

/* Forward frames of the VM at fd until there is a reason to stop. */
static enum reason serve_client(struct service *service, struct clock *clock, int fd)
{
    enum reason reason = NO_REASON;

    if (forward_start(service->forward, fd) < 0)
        return FAILED;
    log_info("main", "waiting for termination");
    while (!reason) {
        bool ended;
        reason = wait_for_event(service, clock, forward_fd(service->forward), true, &ended);
        if (!reason && ended)
            reason = forward_reason(service->forward);
    }
    forward_stop(service->forward);
    return reason;
}

static enum reason serve_path(struct service *service, struct clock *clock)
{
    char client[SOCKET_PATH_MAX + 2];
    enum reason reason;

    do {
        reason = wait_for_client(service, clock, client);
        if (reason)
            break;
        log_info("main", "serving client \"%s\"", client);
        notify_client(service->notify, client);
        reason = serve_client(service, clock, service->server->client);
        notify_client_gone(service->notify);
        if (reason != VM_GONE || !service->options->keep)
            break;
        log_info("main", "the client is gone");
        if (socket_release(service->server) < 0)
            reason = FAILED;
    } while (reason == VM_GONE);
    return reason;
}

static enum reason serve_fd(struct service *service, struct clock *clock)
{
    notify_client(service->notify, NULL);
    enum reason reason = serve_client(service, clock, service->options->fd);
    notify_client_gone(service->notify);
    return reason;
}

int serve(struct service *service)
{
    struct clock clock = {.next_stats = process_clock() + service->options->stats_interval};
    enum reason reason = service->server ? serve_path(service, &clock) : serve_fd(service, &clock);

    log_info("main", "stopping: %s", reason_names[reason]);
    notify_stopping(service->notify, reason_names[reason]);
    return reason == INTERFACE_GONE || reason == FAILED ? 1 : 0;
}
