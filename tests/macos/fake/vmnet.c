/* A vmnet whose network is a socket or a TAP (vmnet_link.h). */
#include "vmnet_fake.h"
#include "fake.h"
#include "vmnet_link.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#define VIRTIO_HEADER 10

struct vmnet_interface {
    int fd, end_fd;
    bool stopped;
    bool offload; /* super-frames and partial checksums without virtio headers */
    size_t max_packet, header;
    pthread_t watcher;
    bool watching;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool drained; /* a read found nothing: the next packet is worth an event */
    dispatch_queue_t queue;
    void (^callback)(interface_event_t, xpc_object_t);
    unsigned read_script, write_script;
};

static vmnet_return_t status_of(const char *word)
{
    int status = atoi(word);

    return status ? (vmnet_return_t)status : VMNET_SUCCESS;
}

/* ---- start and stop ---- */

static void complete(dispatch_queue_t queue, vmnet_return_t status, xpc_object_t parameters,
                     void (^handler)(vmnet_return_t, xpc_object_t))
{
    bool late = fake_setting_word("FAKE_VMNET_START", "late");

    if (fake_setting_word("FAKE_VMNET_START", "never"))
        return;
    dispatch_async(queue, ^{
        if (late)
            usleep(300000);
        handler(status, status == VMNET_SUCCESS ? parameters : NULL);
        if (parameters)
            xpc_release(parameters);
    });
}

static interface_ref start(xpc_object_t description, bool network, dispatch_queue_t queue,
                           void (^handler)(vmnet_return_t, xpc_object_t))
{
    struct fake_description read;
    vmnet_return_t status = fake_read_description(description, network, &read);
    const char *null = fake_setting_word("FAKE_VMNET_START", "null");

    if (atoi(fake_setting("FAKE_VMNET_START")))
        status = status_of(fake_setting("FAKE_VMNET_START"));
    if (null) {
        if (*null)
            complete(queue, status_of(null), NULL, handler);
        return NULL;
    }

    struct vmnet_interface *interface = calloc(1, sizeof(*interface));
    interface->fd = interface->end_fd = -1;
    pthread_mutex_init(&interface->lock, NULL);
    pthread_cond_init(&interface->changed, NULL);
    interface->drained = true;
    interface->max_packet = fake_max_packet(&read);
    interface->header = read.virtio ? VIRTIO_HEADER : 0;
    xpc_object_t parameters = NULL;
    if (status == VMNET_SUCCESS && !fake_setting_word("FAKE_VMNET_START", "never")) {
        interface->offload = fake_link_is_tap() && read.tso && read.checksum && !read.virtio;
        interface->fd = fake_link_open(read.virtio || interface->offload, read.start, read.mask);
        if (!fake_setting_word("FAKE_VMNET_START", "empty"))
            parameters = fake_make_parameters(&read, network);
    }
    complete(queue, status, parameters, handler);
    return interface;
}

interface_ref vmnet_start_interface(xpc_object_t description, dispatch_queue_t queue,
                                    void (^handler)(vmnet_return_t, xpc_object_t))
{
    return start(description, false, queue, handler);
}

static void check_running(interface_ref interface, const char *who)
{
    if (!interface || interface->fd < 0 || interface->stopped)
        fake_abort("%s: the interface does not run", who);
}

vmnet_return_t vmnet_stop_interface(interface_ref interface, dispatch_queue_t queue, void (^handler)(vmnet_return_t))
{
    const char *setting = fake_setting("FAKE_VMNET_STOP"), *late = fake_setting_word("FAKE_VMNET_STOP", "late");

    check_running(interface, "vmnet_stop_interface");
    if (atoi(setting))
        return status_of(setting);
    interface->stopped = true;
    if (interface->watching)
        fake_abort("vmnet_stop_interface while the event callback is set");
    if (fake_setting_word("FAKE_VMNET_STOP", "never"))
        return VMNET_SUCCESS;
    while (fake_setting_word("FAKE_VMNET_STOP", "hang"))
        pause();
    close(interface->fd);
    dispatch_async(queue, ^{
        handler(late ? status_of(late) : VMNET_SUCCESS);
    });
    return VMNET_SUCCESS;
}

/* ---- events ---- */

static void send_event(struct vmnet_interface *interface)
{
    const char *storm = fake_setting_word("FAKE_VMNET_EVENTS", "storm");
    void (^callback)(interface_event_t, xpc_object_t) = interface->callback;

    for (int i = 0, count = storm ? atoi(storm) : 1; i < count; i++)
        dispatch_async(interface->queue, ^{
            xpc_object_t event = xpc_dictionary_create(NULL, NULL, 0);
            /* Only a guess on macOS, and here a wrong one. */
            xpc_dictionary_set_uint64(event, vmnet_estimated_packets_available_key, 1);
            callback(VMNET_INTERFACE_PACKETS_AVAILABLE, event);
            xpc_release(event);
        });
}

/* One event when packets come, the next only after a read has found none left. */
static void *watch(void *argument)
{
    struct vmnet_interface *interface = argument;
    struct pollfd polled[] = {{.fd = interface->end_fd, .events = POLLIN}, {.fd = interface->fd, .events = POLLIN}};

    for (;;) {
        if (poll(polled, 2, -1) < 0 && errno != EINTR)
            fake_abort("poll: %s", strerror(errno));
        if (polled[0].revents)
            return NULL;
        if (!polled[1].revents)
            continue;
        if (polled[1].revents & (POLLHUP | POLLERR) && !(polled[1].revents & POLLIN))
            polled[1].fd = -1; /* the network's other end is gone */
        pthread_mutex_lock(&interface->lock);
        interface->drained = false;
        pthread_mutex_unlock(&interface->lock);
        send_event(interface);
        pthread_mutex_lock(&interface->lock);
        while (!interface->drained && interface->watching)
            pthread_cond_wait(&interface->changed, &interface->lock);
        pthread_mutex_unlock(&interface->lock);
    }
}

vmnet_return_t vmnet_interface_set_event_callback(interface_ref interface, interface_event_t mask,
                                                  dispatch_queue_t queue,
                                                  void (^callback)(interface_event_t, xpc_object_t))
{
    check_running(interface, "vmnet_interface_set_event_callback");
    if (callback) {
        if (atoi(fake_setting("FAKE_VMNET_EVENTS")))
            return status_of(fake_setting("FAKE_VMNET_EVENTS"));
        if (mask != VMNET_INTERFACE_PACKETS_AVAILABLE || !queue || interface->watching)
            fake_abort("vmnet_interface_set_event_callback: mask %d", (int)mask);
        interface->queue = queue;
        interface->callback = (void (^)(interface_event_t, xpc_object_t))_Block_copy(callback);
        interface->end_fd = eventfd(0, EFD_CLOEXEC);
        interface->watching = true;
        if (pthread_create(&interface->watcher, NULL, watch, interface) != 0)
            fake_abort("no thread");
    } else if (interface->watching) {
        pthread_mutex_lock(&interface->lock);
        interface->watching = false;
        pthread_cond_signal(&interface->changed);
        pthread_mutex_unlock(&interface->lock);
        eventfd_write(interface->end_fd, 1);
        pthread_join(interface->watcher, NULL);
        close(interface->end_fd);
    }
    return VMNET_SUCCESS;
}

/* ---- packets ---- */

static ssize_t read_packet(interface_ref interface, const struct vmpktdesc *packet)
{
    return (interface->offload ? fake_offload_read : readv)(interface->fd, packet->vm_pkt_iov,
                                                            (int)packet->vm_pkt_iovcnt);
}

static ssize_t write_packet(interface_ref interface, const struct vmpktdesc *packet)
{
    return (interface->offload ? fake_offload_write : writev)(interface->fd, packet->vm_pkt_iov,
                                                              (int)packet->vm_pkt_iovcnt);
}

/* What both directions demand of the descriptors. */
static void check_packets(interface_ref interface, struct vmpktdesc *packets, int count, const char *who)
{
    int max = fake_macos_at_least(15, 0) ? 256 : 200;
    size_t bytes = 0;

    check_running(interface, who);
    if (count <= 0 || count > max)
        fake_abort("%s: %d packets, 1 to %d may be", who, count, max);
    for (int i = 0; i < count; i++) {
        size_t size = 0;
        for (uint32_t part = 0; part < packets[i].vm_pkt_iovcnt; part++)
            size += packets[i].vm_pkt_iov[part].iov_len;
        if (packets[i].vm_flags != 0)
            fake_abort("%s: vm_flags %u of packet %d", who, packets[i].vm_flags, i);
        if (size != packets[i].vm_pkt_size)
            fake_abort("%s: packet %d of %zu bytes in buffers of %zu", who, i, packets[i].vm_pkt_size, size);
        bytes += size;
    }
    if (!fake_macos_at_least(15, 0) && bytes > 256 * 1024)
        fake_abort("%s: %zu bytes in one call, before macOS 15 at most 256 KiB", who, bytes);
}

static void set_drained(interface_ref interface)
{
    pthread_mutex_lock(&interface->lock);
    interface->drained = true;
    pthread_cond_signal(&interface->changed);
    pthread_mutex_unlock(&interface->lock);
}

vmnet_return_t vmnet_read(interface_ref interface, struct vmpktdesc *packets, int *count)
{
    char word[32];
    int wanted = *count, taken = 0;

    check_packets(interface, packets, wanted, "vmnet_read");
    for (int i = 0; i < wanted; i++)
        if (packets[i].vm_pkt_size < interface->max_packet + interface->header)
            fake_abort("vmnet_read: room for %zu bytes, a packet has up to %zu", packets[i].vm_pkt_size,
                       interface->max_packet + interface->header);

    fake_script_next("FAKE_VMNET_READ", &interface->read_script, word, sizeof(word));
    if (atoi(word))
        return status_of(word);
    if (strcmp(word, "empty") == 0)
        wanted = 0;
    while (taken < wanted) {
        struct vmpktdesc *packet = &packets[taken];
        ssize_t size = read_packet(interface, packet);
        if (size <= 0)
            break;
        packet->vm_pkt_size = strcmp(word, "runt") == 0 && taken == 0 ? 5 : (size_t)size;
        packet->vm_pkt_iov[packet->vm_pkt_iovcnt - 1].iov_len = 1; /* macOS changes it as well */
        packet->vm_flags = 1;
        taken++;
    }
    *count = taken;
    if (taken == 0)
        set_drained(interface);
    return VMNET_SUCCESS;
}

vmnet_return_t vmnet_write(interface_ref interface, struct vmpktdesc *packets, int *count)
{
    char word[32];
    int wanted = *count, taken = 0;

    check_packets(interface, packets, wanted, "vmnet_write");
    fake_script_next("FAKE_VMNET_WRITE", &interface->write_script, word, sizeof(word));
    if (atoi(word) && atoi(word) != VMNET_SUCCESS) {
        /* INVALID_ARGUMENT for a whole call: what a single bad packet does. */
        return status_of(word);
    }
    if (strncmp(word, "short:", 6) == 0 && atoi(word + 6) < wanted)
        wanted = atoi(word + 6);
    if (strcmp(word, "full") == 0)
        wanted = 0;
    for (int i = 0; i < wanted; i++)
        if (packets[i].vm_pkt_size < interface->header + 14 ||
            packets[i].vm_pkt_size > interface->header + interface->max_packet)
            return VMNET_INVALID_ARGUMENT;
    while (taken < wanted && write_packet(interface, &packets[taken]) >= 0) {
        packets[taken].vm_pkt_iov[0].iov_len = 0;
        packets[taken].vm_flags = 1;
        taken++;
    }
    *count = taken;
    return VMNET_SUCCESS;
}

/* ---- lists and networks ---- */

xpc_object_t vmnet_copy_shared_interface_list(void)
{
    char word[32];
    unsigned position = 0;

    if (fake_setting_word("FAKE_VMNET_LIST", "none"))
        return NULL;
    xpc_object_t list = xpc_array_create(NULL, 0);
    for (fake_script_next("FAKE_VMNET_LIST", &position, word, sizeof(word)); *word;
         fake_script_next("FAKE_VMNET_LIST", &position, word, sizeof(word))) {
        xpc_object_t name = xpc_string_create(word);
        xpc_array_append_value(list, name);
        xpc_release(name);
    }
    return list;
}

/* macOS 26: found by dlsym only. */
struct vmnet_network;
struct vmnet_network *vmnet_network_create_with_serialization(xpc_object_t serialization, vmnet_return_t *status);
interface_ref vmnet_interface_start_with_network(struct vmnet_network *network, xpc_object_t description,
                                                 dispatch_queue_t queue,
                                                 void (^handler)(vmnet_return_t, xpc_object_t));
void vmnet_network_get_ipv4_subnet(struct vmnet_network *network, struct in_addr *subnet, struct in_addr *mask);
void vmnet_network_get_ipv6_prefix(struct vmnet_network *network, struct in6_addr *prefix, uint8_t *length);

struct vmnet_network *vmnet_network_create_with_serialization(xpc_object_t serialization, vmnet_return_t *status)
{
    const char *name = xpc_dictionary_get_string(serialization, "fake network");

    if (!name)
        fake_abort("vmnet_network_create_with_serialization: not a serialization");
    *status = strcmp(name, "broken") == 0 ? VMNET_FAILURE : VMNET_SUCCESS;
    return *status == VMNET_SUCCESS ? (struct vmnet_network *)xpc_retain(serialization) : NULL;
}

interface_ref vmnet_interface_start_with_network(struct vmnet_network *network, xpc_object_t description,
                                                 dispatch_queue_t queue,
                                                 void (^handler)(vmnet_return_t, xpc_object_t))
{
    xpc_get_type((xpc_object_t)network); /* ends the program if it was released */
    return start(description, true, queue, handler);
}

void vmnet_network_get_ipv4_subnet(struct vmnet_network *network, struct in_addr *subnet, struct in_addr *mask)
{
    subnet->s_addr = htonl(0xc0a88000); /* 192.168.128.0 */
    mask->s_addr = htonl(0xffffff00);
}

void vmnet_network_get_ipv6_prefix(struct vmnet_network *network, struct in6_addr *prefix, uint8_t *length)
{
    memcpy(prefix, "\xfd\x6d\x5a\x24\x3e\x62\x4f\x9e\0\0\0\0\0\0\0", 16);
    *length = 64;
}
