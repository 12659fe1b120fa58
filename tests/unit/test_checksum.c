#include "unit/unit.h"

#include "helper/checksum.h"
#include "unit/packet.h"

static uint8_t data[PACKET_MAX], payload[PACKET_MAX];

/* A frame whose checksum is partial, as a kernel hands it out. */
static struct frame partial_frame(struct packet *packet, struct layout *at)
{
    struct frame frame = {.data = data};

    packet->partial = true;
    packet->payload = payload;
    frame.length = (uint32_t)packet_build(packet, data, at);
    frame.offload.flags = VIRTIO_NEEDS_CHECKSUM;
    frame.offload.checksum_start = (uint16_t)at->transport;
    frame.offload.checksum_offset = packet->protocol == 6 ? 16 : 6;
    return frame;
}

static void partial_checksums_are_completed(void **state)
{
    for (int version = 4; version <= 6; version += 2)
        for (int protocol = 6; protocol <= 17; protocol += 11)
            for (int size = 0; size < 300; size++) {
                struct packet packet = {.version = version, .protocol = protocol, .flow = 3, .payload_size = size};
                struct layout at;
                payload[size] = (uint8_t)(size * 37);
                struct frame frame = partial_frame(&packet, &at);
                assert_int_equal(checksum_complete(&frame), 0);
                assert_true(packet_checksums_are_right(data, at));
                assert_int_equal(frame.offload.flags, 0);
            }
}

static void a_super_frame_is_completed_as_a_whole(void **state)
{
    struct packet packet = {.version = 4, .protocol = 6, .payload_size = 65000};
    struct layout at;
    struct frame frame = partial_frame(&packet, &at);

    assert_int_equal(checksum_complete(&frame), 0);
    assert_true(packet_checksums_are_right(data, at));
}

static void complete_frames_are_left_alone(void **state)
{
    uint8_t bytes[60], before[60];
    struct frame frame = {.data = bytes, .length = sizeof(bytes)};

    frame.offload = (struct virtio_header){.flags = VIRTIO_DATA_VALID, .checksum_start = 65535};
    memset(bytes, 0x5a, sizeof(bytes));
    memcpy(before, bytes, sizeof(bytes));
    assert_int_equal(checksum_complete(&frame), 0);
    assert_memory_equal(bytes, before, sizeof(bytes));
    assert_int_equal(frame.offload.flags, VIRTIO_DATA_VALID);
}

/* Every start and offset that a hostile header may carry: nothing outside the frame is touched. */
static void hostile_headers_are_refused(void **state)
{
    static const uint16_t edges[] = {0, 1, 13, 14, 57, 58, 59, 60, 61, 16, 32767, 32768, 65534, 65535};
    uint8_t room[64 + 60 + 64];
    struct frame frame = {.data = room + 64, .length = 60};
    enum { COUNT = sizeof(edges) / sizeof(edges[0]) };

    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++) {
            memset(room, 0xee, sizeof(room));
            frame.offload.flags = VIRTIO_NEEDS_CHECKSUM;
            frame.offload.checksum_start = edges[i];
            frame.offload.checksum_offset = edges[j];
            bool fits = edges[i] >= FRAME_HEADER && (unsigned)edges[i] + edges[j] + 2 <= frame.length;
            assert_int_equal(checksum_complete(&frame), fits ? 0 : -1);
            for (int k = 0; k < 64; k++) {
                assert_int_equal(room[k], 0xee);
                assert_int_equal(room[64 + 60 + k], 0xee);
            }
        }
}

static void a_udp_checksum_is_never_zero(void **state)
{
    /* Sixteen zero bytes with a partial sum of 0xffff add up to a checksum of zero. */
    uint8_t bytes[FRAME_HEADER + 16] = {0};
    struct frame frame = {.data = bytes, .length = sizeof(bytes)};

    frame.offload.flags = VIRTIO_NEEDS_CHECKSUM;
    frame.offload.checksum_start = FRAME_HEADER;
    frame.offload.checksum_offset = 6;
    bytes[FRAME_HEADER + 6] = bytes[FRAME_HEADER + 7] = 0xff;
    assert_int_equal(checksum_complete(&frame), 0);
    assert_int_equal(bytes[FRAME_HEADER + 6], 0xff);
    assert_int_equal(bytes[FRAME_HEADER + 7], 0xff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partial_checksums_are_completed),
        cmocka_unit_test(a_super_frame_is_completed_as_a_whole),
        cmocka_unit_test(complete_frames_are_left_alone),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(a_udp_checksum_is_never_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
