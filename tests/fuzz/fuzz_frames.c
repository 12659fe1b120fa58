/* Whatever a VM or a network may send, read by all that reads frames: DHCP, neighbour discovery, and the headers of
 * super-frames. */
#include "fuzz/input.h"
#include "helper/checksum.h"
#include "helper/lease.h"
#include "helper/neighbour.h"
#include "helper/super_frame.h"

#include <stdlib.h>
#include <string.h>

/* The VM's frame gets its virtio header; what that says must lie within the frame. */
static void describe(const uint8_t *data, size_t size, bool partial)
{
    struct frame frame = {.length = (uint32_t)size, .data = malloc(size)};

    memcpy(frame.data, data, size);
    if (super_frame_describe(&frame, 1500, partial) == 0) {
        if (frame.length > size || frame.length < FRAME_HEADER || checksum_complete(&frame) < 0)
            abort();
        if (frame.offload.gso_type && (!frame.offload.gso_size || frame.offload.header_length > frame.length))
            abort();
    }
    free(frame.data);
}

/* The network's frame, with a header of its own. */
static void complete(const uint8_t *data, size_t size)
{
    struct frame frame;

    memcpy(&frame.offload, data, sizeof(frame.offload));
    frame.length = (uint32_t)(size - sizeof(frame.offload));
    frame.data = malloc(frame.length);
    memcpy(frame.data, data + sizeof(frame.offload), frame.length);
    checksum_complete(&frame);
    free(frame.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t mac[MAC_SIZE], address[NEIGHBOUR_ADDRESS];
    struct lease lease;
    struct neighbours neighbours = {0};

    lease_is_request(data, size, mac);
    if (lease_is_given(data, size, &lease))
        must(lease.address != 0);
    if (neighbour_is_claimed(data, size, address))
        must(neighbour_is_new(&neighbours, address) && !neighbour_is_new(&neighbours, address));
    if (size >= FRAME_HEADER && size <= FRAME_MAX) {
        describe(data, size, false);
        describe(data, size, true);
    }
    if (size >= sizeof(struct virtio_header) + FRAME_HEADER)
        complete(data, size);
    return 0;
}
