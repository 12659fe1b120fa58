/* One super-frame goes the whole way: it is completed and cut into frames, these go through a socket
 * pair to a VM, which sends each of them back as it is, and what comes back is joined again. Joining
 * checks the checksum of each frame, so a payload that comes back whole has been through all of
 * segmentation, checksums, datagrams and coalescing. Only the network's interface is missing, for
 * which root would be needed. */
#include "helper/selftest.h"
#include "common/log.h"
#include "helper/datagram.h"
#include "helper/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Fewer frames than the shortest queue of a unix socket holds (10, on some Linux). */
enum { SEGMENTS = 8, SEGMENT_SIZE = 1448, MAX_LENGTH = 1514, PAYLOAD = SEGMENTS * SEGMENT_SIZE };
enum { IP = FRAME_HEADER, TCP = IP + 20, DATA = TCP + 20 };

struct selftest {
    int ends[2]; /* the helper's, the VM's */
    struct batch out, back;
    struct stats stats;
    atomic_bool stopping;
    struct channel channel;
    struct delivery delivery;
    struct gather_list gathers;
};

static int fault(const char *what)
{
    log_error("selftest", "%s", what);
    return -1;
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint8_t payload_byte(unsigned index)
{
    return (uint8_t)(index * 7 + index / 251);
}

/* As a kernel hands it out: its checksum is that of the pseudo-header, the rest is left to us. */
static void make_super_frame(struct frame *frame)
{
    static const uint8_t header[DATA] = {
        0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00,
        0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, 6, 0, 0, 192, 168, 105, 1, 192, 168, 105, 2,
        0x14, 0x51, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0,
    };
    const unsigned length = 20 + PAYLOAD;
    unsigned sum = 6 + length;

    memcpy(frame->data, header, sizeof(header));
    put16(frame->data + IP + 2, 20 + length);
    for (int i = 12; i < 20; i += 2)
        sum += (unsigned)frame->data[IP + i] << 8 | frame->data[IP + i + 1];
    put16(frame->data + TCP + 16, (sum & 0xffff) + (sum >> 16));
    for (unsigned i = 0; i < PAYLOAD; i++)
        frame->data[DATA + i] = payload_byte(i);
    frame->length = DATA + PAYLOAD;
    frame->offload = (struct virtio_header){
        .flags = VIRTIO_NEEDS_CHECKSUM, .gso_type = VIRTIO_GSO_TCPV4, .gso_size = SEGMENT_SIZE,
        .header_length = DATA, .checksum_start = TCP, .checksum_offset = 16,
    };
}

/* The VM: sends back what it got, frame by frame. */
static int echo(int fd)
{
    uint8_t frame[MAX_LENGTH + 1];

    for (int i = 0; i < SEGMENTS; i++) {
        ssize_t length = recv(fd, frame, sizeof(frame), 0);
        if (length < 0)
            return fault("the VM got too few frames");
        if (length > MAX_LENGTH || length < DATA)
            return fault("the VM got a frame of a wrong length");
        if (send(fd, frame, (size_t)length, 0) != length)
            return fault("the VM could not answer");
    }
    return recv(fd, frame, sizeof(frame), 0) < 0 ? 0 : fault("the VM got too many frames");
}

/* Is the payload what was sent? The first slice has the headers as well. */
static int compare(const struct gather *gather)
{
    unsigned index = 0;

    for (unsigned i = 0; i < gather->slice_count; i++) {
        const uint8_t *data = gather->slices[i].iov_base;
        for (size_t at = i == 0 ? DATA : 0; at < gather->slices[i].iov_len; at++, index++)
            if (index >= PAYLOAD || data[at] != payload_byte(index))
                return fault("the payload came back changed");
    }
    return index == PAYLOAD ? 0 : fault("a part of the payload is missing");
}

static int go_round(struct selftest *test)
{
    make_super_frame(&test->out.frames[0]);
    test->out.count = 1;
    if (delivery_send(&test->delivery, &test->out, true) < 0 || test->stats.host.packets != SEGMENTS)
        return fault("the super-frame did not go to the VM");
    if (echo(test->ends[1]) < 0)
        return -1;
    if (channel_receive(&test->channel, &test->back) != SEGMENTS)
        return fault("frames of the VM are missing");
    batch_coalesce(&test->back, &test->gathers);
    if (test->gathers.count != 1)
        return fault("the frames of the VM were not joined");
    return compare(&test->gathers.gathers[0]);
}

static int prepare(struct selftest *test)
{
    test->ends[0] = test->ends[1] = -1;
    if (batch_create(&test->out) < 0 || batch_create(&test->back) < 0 ||
        channel_create(&test->channel, FRAMING_DATAGRAM) < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, test->ends) < 0) {
        log_error("selftest", "cannot prepare: %s", strerror(errno));
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(test->ends[i], F_SETFL, O_NONBLOCK);
        datagram_set_buffers(test->ends[i]);
    }
    channel_open(&test->channel, test->ends[0]);
    test->delivery.channel = &test->channel;
    test->delivery.max_length = MAX_LENGTH;
    test->delivery.stopping = &test->stopping;
    test->delivery.stats = &test->stats.host;
    return 0;
}

static void release(struct selftest *test)
{
    batch_destroy(&test->out);
    batch_destroy(&test->back);
    channel_destroy(&test->channel);
    for (int i = 0; i < 2; i++)
        if (test->ends[i] >= 0)
            close(test->ends[i]);
    free(test);
}

int selftest_run(void)
{
    struct selftest *test = calloc(1, sizeof(*test));

    if (!test)
        return fault("no memory") < 0;
    int result = prepare(test) < 0 ? -1 : go_round(test);
    release(test);
    if (result < 0)
        return 1;
    printf("selftest: one super-frame of %d bytes, %d frames to the VM and back, joined: ok\n", DATA + PAYLOAD, SEGMENTS);
    return fflush(stdout) < 0;
}
