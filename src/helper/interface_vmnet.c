/* The interface of a VM on macOS: vmnet.framework, from start to stop.
 *
 * vmnet works with blocks on dispatch queues; the helper works with threads that wait. Two things
 * join them:
 *
 * - A completion is what start and stop wait for. macOS may never call it (another mode holds the
 *   subnet) or call it after we gave up, so it is counted: who leaves last frees it.
 * - An event, "packets are available", sets a sign and raises a semaphore once, however many events
 *   come before the reader looks. How many packets the event tells of is only a guess of vmnet's,
 *   and not used: the reader reads until nothing is left.
 *
 * vmnet_io_darwin.c moves the frames. */
#include "helper/interface.h"
#include "common/log.h"
#include "helper/vmnet_darwin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_SECONDS 10
#define STOP_SECONDS 5

struct completion {
    dispatch_semaphore_t done;
    vmnet_return_t status;
    xpc_object_t parameters;
    atomic_int users;
};

static struct completion *completion_create(void)
{
    struct completion *completion = calloc(1, sizeof(*completion));

    if (!completion)
        return NULL;
    completion->done = dispatch_semaphore_create(0);
    atomic_store(&completion->users, 2);
    return completion;
}

static void completion_leave(struct completion *completion)
{
    if (atomic_fetch_sub(&completion->users, 1) > 1)
        return;
    if (completion->parameters)
        xpc_release(completion->parameters);
    dispatch_release(completion->done);
    free(completion);
}

/* What vmnet's handler does. */
static void completion_signal(struct completion *completion, vmnet_return_t status, xpc_object_t parameters)
{
    completion->status = status;
    completion->parameters = parameters ? xpc_retain(parameters) : NULL;
    dispatch_semaphore_signal(completion->done);
    completion_leave(completion);
}

static bool completion_wait(struct completion *completion, int seconds)
{
    return dispatch_semaphore_wait(completion->done,
                                   dispatch_time(DISPATCH_TIME_NOW, (int64_t)seconds * (int64_t)NSEC_PER_SEC)) == 0;
}

void vmnet_sign(struct interface *interface, unsigned sign)
{
    if (atomic_fetch_or(&interface->signs, sign) == 0)
        dispatch_semaphore_signal(interface->signal);
}

static void interface_free(struct interface *interface)
{
    broker_release(interface->broker);
    dispatch_release(interface->signal);
    dispatch_release(interface->queue);
    free(interface);
}

static struct interface *interface_create(const struct interface_config *config)
{
    struct interface *interface = calloc(1, sizeof(*interface));

    if (!interface) {
        log_error("vmnet", "no memory for the interface: free some and try again");
        return NULL;
    }
    interface->queue = dispatch_queue_create("vmnet-helper.interface", DISPATCH_QUEUE_SERIAL);
    interface->signal = dispatch_semaphore_create(0);
    interface->virtio = config->engine;
    return interface;
}

static void report_status(vmnet_return_t status, const struct interface_config *config)
{
    log_error("vmnet", "cannot start the vmnet interface: %s (%d): %s", vmnet_status_name(status), (int)status,
              vmnet_status_remedy(status, config));
}

/* Wait for the start. Returns 0 with the parameters taken, or -1 after logging. */
static int start_finish(struct interface *interface, struct completion *completion,
                        const struct interface_config *config, struct interface_info *info)
{
    if (!completion_wait(completion, START_SECONDS)) {
        log_error("vmnet", "vmnet did not start the interface within %d s: another program may hold the network in "
                           "another mode or with other addresses: stop it, turn Internet Sharing off, or choose "
                           "another subnet", START_SECONDS);
        return -1;
    }
    if (completion->status != VMNET_SUCCESS) {
        report_status(completion->status, config);
        return -1;
    }
    interface->running = true;
    return vmnet_take_parameters(completion->parameters, info);
}

/* The network of the broker, and what the JSON tells of it. NULL after logging. */
static network_handle start_network(struct interface *interface, const struct vmnet_network_calls *calls,
                                    const struct interface_config *config, struct interface_info *info)
{
    xpc_object_t serialization;
    vmnet_return_t status = VMNET_FAILURE;

    interface->broker = broker_acquire(config->network, &serialization);
    if (!interface->broker)
        return NULL;

    network_handle network = calls->create(serialization, &status);
    xpc_release(serialization);
    if (!network) {
        log_error("vmnet", "cannot use the broker's network \"%s\": %s (%d): %s", config->network,
                  vmnet_status_name(status), (int)status, vmnet_status_remedy(status, config));
        return NULL;
    }

    struct in_addr subnet = {0}, mask = {0};
    struct in6_addr prefix = {{{0}}};
    uint8_t length = 0;
    calls->ipv4_subnet(network, &subnet, &mask);
    calls->ipv6_prefix(network, &prefix, &length);
    info->has_network = true;
    info->network_subnet = ntohl(subnet.s_addr);
    info->network_mask = ntohl(mask.s_addr);
    inet_ntop(AF_INET6, &prefix, info->network_prefix, sizeof(info->network_prefix));
    info->network_prefix_length = length;
    return network;
}

/* Ask vmnet to start the interface; the completion tells how it went. -1 after logging. */
static int start_begin(struct interface *interface, struct completion *completion,
                       const struct interface_config *config, struct interface_info *info)
{
    xpc_object_t description = vmnet_describe(config);
    void (^handler)(vmnet_return_t, xpc_object_t) = ^(vmnet_return_t status, xpc_object_t parameters) {
        completion_signal(completion, status, parameters);
    };
    struct vmnet_network_calls calls = {0};
    network_handle network;

    if (!description)
        return -1;
    if (!config->network[0]) {
        interface->vmnet = vmnet_start_interface(description, interface->queue, handler);
    } else if (!vmnet_newer_networks(&calls)) {
        log_error("vmnet", "--network needs macOS 26 or later: leave it out");
        xpc_release(description);
        return -1;
    } else {
        network = start_network(interface, &calls, config, info);
        if (!network) {
            xpc_release(description);
            return -1;
        }
        interface->vmnet = calls.start(network, description, interface->queue, handler);
    }
    xpc_release(description);

    /* Without an interface the handler may have the reason, or never run. */
    if (!interface->vmnet) {
        vmnet_return_t status = completion_wait(completion, 1) ? completion->status : VMNET_INVALID_ACCESS;
        report_status(status == VMNET_SUCCESS ? VMNET_FAILURE : status, config);
        return -1;
    }
    return 0;
}

static void set_limits(struct interface *interface, const struct interface_config *config, struct interface_info *info)
{
    interface->max_packet_size = info->max_packet_size;
    interface->read_max = info->read_max_packets < BATCH_MAX ? info->read_max_packets : BATCH_MAX;
    interface->write_max = info->write_max_packets < BATCH_MAX ? info->write_max_packets : BATCH_MAX;
    if (!vmnet_newer_key("vmnet_read_max_packets_key")) {
        interface->bytes_max = VMNET_OLD_MAX_BYTES;
        unsigned fit = (unsigned)(VMNET_OLD_MAX_BYTES / interface->max_packet_size);
        if (interface->read_max > fit)
            interface->read_max = fit;
    }
    info->virtio_headers = interface->virtio;
    /* With the engine super-frames end here: the VM sees frames of its MTU. */
    if (interface->virtio && !config->tso)
        info->max_packet_size = info->mtu + FRAME_HEADER;
}

static int set_events(struct interface *interface)
{
    vmnet_return_t status = vmnet_interface_set_event_callback(
        interface->vmnet, VMNET_INTERFACE_PACKETS_AVAILABLE, interface->queue,
        ^(interface_event_t events, xpc_object_t event) {
            vmnet_sign(interface, SIGN_FRAMES);
        });

    if (status != VMNET_SUCCESS) {
        log_error("vmnet", "cannot watch the vmnet interface: %s (%d): start the VM again", vmnet_status_name(status),
                  (int)status);
        return -1;
    }
    return 0;
}

struct interface *interface_start(const struct interface_config *config, struct interface_info *info)
{
    struct interface *interface = interface_create(config);
    struct completion *completion = interface ? completion_create() : NULL;

    memset(info, 0, sizeof(*info));
    memcpy(info->id, config->id, sizeof(info->id));
    if (!completion) {
        if (interface)
            interface_free(interface);
        return NULL;
    }

    if (start_begin(interface, completion, config, info) == 0 &&
        start_finish(interface, completion, config, info) == 0) {
        set_limits(interface, config, info);
        if (set_events(interface) == 0) {
            completion_leave(completion);
            return interface;
        }
    }

    /* What did not start may still be under way, and its handler uses the completion and the queue.
     * They are left to the end of the process, which is near. */
    if (interface->running)
        interface_stop(interface);
    completion_leave(completion);
    return NULL;
}

void interface_wake(struct interface *interface)
{
    vmnet_sign(interface, SIGN_WAKE);
}

void interface_stop(struct interface *interface)
{
    struct completion *completion = completion_create();

    if (!completion)
        return; /* the kernel removes the interface when the process ends */
    vmnet_interface_set_event_callback(interface->vmnet, VMNET_INTERFACE_PACKETS_AVAILABLE, NULL, NULL);

    vmnet_return_t status = vmnet_stop_interface(interface->vmnet, interface->queue, ^(vmnet_return_t result) {
        completion_signal(completion, result, NULL);
    });
    if (status != VMNET_SUCCESS) {
        log_warn("vmnet", "cannot stop the vmnet interface: %s (%d): it goes when the helper ends",
                 vmnet_status_name(status), (int)status);
        return; /* the handler may run or not: what it needs stays */
    }
    if (!completion_wait(completion, STOP_SECONDS)) {
        log_warn("vmnet", "vmnet did not stop the interface within %d s: it goes when the helper ends", STOP_SECONDS);
        completion_leave(completion);
        return; /* an event may still be on its way: the interface stays */
    }
    if (completion->status != VMNET_SUCCESS)
        log_warn("vmnet", "stopping the vmnet interface: %s (%d)", vmnet_status_name(completion->status),
                 (int)completion->status);
    completion_leave(completion);
    interface_free(interface);
}

int interface_list_shared(void (*visit)(const char *name, void *context), void *context)
{
    xpc_object_t list = vmnet_copy_shared_interface_list();

    if (!list || xpc_get_type(list) != XPC_TYPE_ARRAY) {
        log_error("vmnet", "macOS gives no list of shared interfaces: see the names that ifconfig -l prints");
        return -1;
    }
    for (size_t i = 0, count = xpc_array_get_count(list); i < count; i++) {
        const char *name = xpc_array_get_string(list, i);
        if (name)
            visit(name, context);
    }
    xpc_release(list);
    return 0;
}

/* The system asks for root or a permission of its own, and callers that use sudo expect no more than that. */
bool interface_restricts_bridges(void)
{
    return false;
}
