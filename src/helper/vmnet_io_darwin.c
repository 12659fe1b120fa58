/* Frames between the helper's batches and vmnet.
 *
 * vmnet changes the descriptors it is given: vm_pkt_size, iov_len and vm_flags say what was read, and
 * a call with what the last one left would truncate. So each is filled in again before each call.
 * What vmnet_write dislikes fails the whole call with INVALID_ARGUMENT: frames are checked before,
 * and when it still happens they go one by one, so that only the bad one is lost. */
#include "common/log.h"
#include "helper/frame.h"
#include "helper/interface.h"
#include "helper/vmnet_darwin.h"

#include <unistd.h>

/* vmnet tells of no event when it has room again. */
#define FULL_WAIT_US 50
#define FULL_RETRIES 10

static size_t header_size(const struct interface *interface)
{
    return interface->virtio ? sizeof(struct virtio_header) : 0;
}

/* Describe room for one frame: its virtio header, if this interface has them, and length bytes of data. */
static void describe_room(struct interface *interface, struct vmpktdesc *packet, struct iovec parts[2],
                          struct frame *frame, size_t length)
{
    struct iovec data = {.iov_base = frame->data, .iov_len = length};
    unsigned count = 0;

    if (interface->virtio)
        parts[count++] = (struct iovec){.iov_base = &frame->offload, .iov_len = sizeof(frame->offload)};
    parts[count++] = data;
    *packet = (struct vmpktdesc){
        .vm_pkt_size = header_size(interface) + length, .vm_pkt_iov = parts, .vm_pkt_iovcnt = count};
}

/* Wait for an event. Returns the signs; 0 when the time is over. */
static unsigned wait_for_signs(struct interface *interface, int timeout_ms)
{
    dispatch_time_t until = timeout_ms < 0 ? DISPATCH_TIME_FOREVER :
                            dispatch_time(DISPATCH_TIME_NOW, (int64_t)timeout_ms * (int64_t)NSEC_PER_MSEC);

    /* A sign that is older than its semaphore count gives a round without signs. */
    while (dispatch_semaphore_wait(interface->signal, until) == 0) {
        unsigned signs = atomic_exchange(&interface->signs, 0);
        if (signs)
            return signs;
    }
    return 0;
}

/* What vmnet read, as frames. Frames of impossible length are left out. */
static unsigned take_frames(struct interface *interface, struct batch *batch, int read)
{
    unsigned count = 0;

    for (int i = 0; i < read; i++) {
        struct vmpktdesc *packet = &interface->read_packets[i];
        struct frame *frame = &batch->frames[i];
        size_t size = packet->vm_pkt_size, header = header_size(interface);

        if (size < header || !frame_length_is_good(size - header, interface->max_packet_size)) {
            log_debug("vmnet", "vmnet gave a packet of %zu bytes: dropped", size);
            continue;
        }
        if (!interface->virtio)
            frame->offload = (struct virtio_header){0};
        frame->length = (uint32_t)(size - header);
        /* The memory behind the batch's frames is fixed: whole frames trade places. */
        struct frame other = batch->frames[count];
        batch->frames[count] = *frame;
        if (count != (unsigned)i)
            *frame = other;
        count++;
    }
    return count;
}

/* One vmnet_read. Returns the packets it gave, or -1 when the interface is gone (logged). */
static int read_packets(struct interface *interface, struct batch *batch)
{
    int count = (int)interface->read_max;

    for (int i = 0; i < count; i++)
        describe_room(interface, &interface->read_packets[i], interface->read_parts[i], &batch->frames[i],
                      interface->max_packet_size);

    vmnet_return_t status = vmnet_read(interface->vmnet, interface->read_packets, &count);
    if (status == VMNET_SUCCESS && count >= 0 && count <= (int)interface->read_max)
        return count;
    /* Nothing to read is told this way too. */
    if (status == VMNET_BUFFER_EXHAUSTED)
        return 0;
    log_error("vmnet", "cannot read from vmnet: %s (%d), %d packets: start the VM again", vmnet_status_name(status),
              (int)status, count);
    return -1;
}

int interface_read(struct interface *interface, struct batch *batch, int timeout_ms)
{
    batch->count = 0;
    for (;;) {
        if (!interface->ready && !(wait_for_signs(interface, timeout_ms) & SIGN_FRAMES))
            return 0;
        int read = read_packets(interface, batch);
        if (read < 0)
            return -1;
        /* Until vmnet has nothing left no event need come. */
        interface->ready = read > 0;
        batch->count = take_frames(interface, batch, read);
        if (batch->count > 0)
            return (int)batch->count;
        if (!interface->ready && timeout_ms >= 0)
            return 0;
    }
}

/* Describe a gather to be written; its virtio header, if this interface has them, in its free slice. */
static void describe_gather(const struct interface *interface, struct vmpktdesc *packet, struct gather *gather)
{
    struct iovec *parts = gather->slices;
    unsigned count = gather->slice_count;

    if (interface->virtio) {
        *--parts = (struct iovec){.iov_base = &gather->offload, .iov_len = sizeof(gather->offload)};
        count++;
    }
    *packet = (struct vmpktdesc){
        .vm_pkt_size = header_size(interface) + gather->length, .vm_pkt_iov = parts, .vm_pkt_iovcnt = count};
}

/* The packets of one vmnet_write. */
struct portion {
    unsigned count;            /* described in write_packets */
    unsigned next;             /* gather of the list to go on with */
    uint8_t origin[BATCH_MAX]; /* of each packet: which gather of the list it is */
};

/* As many gathers from first on as the limits of a call allow, without those that vmnet would refuse. */
static void describe_portion(struct interface *interface, struct gather_list *list, unsigned first, unsigned limit,
                             struct portion *portion)
{
    size_t bytes = 0;

    portion->count = 0;
    for (portion->next = first; portion->next < list->count && portion->count < limit; portion->next++) {
        struct gather *gather = &list->gathers[portion->next];
        if (!frame_length_is_good(gather->length, interface->max_packet_size))
            continue;
        bytes += gather->length;
        if (interface->bytes_max && bytes > interface->bytes_max && portion->count > 0)
            break;
        portion->origin[portion->count] = (uint8_t)portion->next;
        describe_gather(interface, &interface->write_packets[portion->count], gather);
        portion->count++;
    }
}

enum write_result { WRITE_DONE, WRITE_FULL, WRITE_REFUSED, WRITE_GONE };

static enum write_result write_result(vmnet_return_t status)
{
    switch ((int)status) {
    case VMNET_SUCCESS:
        return WRITE_DONE;
    case VMNET_BUFFER_EXHAUSTED:
    case VMNET_MEM_FAILURE:
        return WRITE_FULL;
    case VMNET_INVALID_ARGUMENT:
    case VMNET_PACKET_TOO_BIG:
    case VMNET_TOO_MANY_PACKETS:
        return WRITE_REFUSED;
    default:
        log_error("vmnet", "cannot write to vmnet: %s (%d): start the VM again", vmnet_status_name(status),
                  (int)status);
        return WRITE_GONE;
    }
}

/* Write the described packets until all are taken or vmnet refuses. Returns how many it took. retries
 * are for the whole batch, so that a full vmnet holds the VM's frames up for a bounded time only. */
static unsigned write_packets(struct interface *interface, unsigned total, int *retries, enum write_result *result)
{
    unsigned taken = 0;

    *result = WRITE_DONE;
    while (taken < total) {
        int left = (int)(total - taken), count = left;
        *result = write_result(vmnet_write(interface->vmnet, interface->write_packets + taken, &count));
        /* After a failure the count may be untouched: then it tells nothing. */
        if (count < 0 || count > left || (*result != WRITE_DONE && count == left))
            count = 0;
        taken += (unsigned)count;
        if (*result == WRITE_GONE || *result == WRITE_REFUSED)
            break;
        if (count == 0) {
            *result = WRITE_FULL;
            if ((*retries)-- <= 0)
                break;
            usleep(FULL_WAIT_US);
        }
    }
    return taken;
}

/* The frames of the first taken packets. */
static int portion_frames(const struct portion *portion, const struct gather_list *list, unsigned taken)
{
    int frames = 0;

    for (unsigned i = 0; i < taken; i++)
        frames += (int)list->gathers[portion->origin[i]].frames;
    return frames;
}

int interface_write(struct interface *interface, struct gather_list *list)
{
    unsigned next = 0, limit = interface->write_max;
    int retries = FULL_RETRIES, taken_in_all = 0;

    while (next < list->count) {
        struct portion portion;
        enum write_result result;
        describe_portion(interface, list, next, limit, &portion);
        unsigned taken = write_packets(interface, portion.count, &retries, &result);

        taken_in_all += portion_frames(&portion, list, taken);
        if (result == WRITE_GONE)
            return -1;
        if (result == WRITE_FULL)
            break;
        next = portion.next;
        if (result == WRITE_REFUSED && portion.count > 1) {
            /* One of those left is what vmnet dislikes: they go one by one. */
            next = portion.origin[taken];
            limit = 1;
        }
    }
    return taken_in_all;
}

bool interface_prefers_engine(void)
{
    return false; /* until it is measured on a Mac */
}
