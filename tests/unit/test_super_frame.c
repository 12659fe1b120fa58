#include "unit/unit.h"

#include "helper/checksum.h"
#include "helper/super_frame.h"
#include "unit/packet.h"

enum { MTU = 1500 };

static uint8_t data[PACKET_MAX], payload[PACKET_MAX];

static struct frame build(struct packet *packet, struct layout *at)
{
    struct frame frame = {.data = data, .offload = {.flags = 0xff, .gso_type = 0xff}};

    packet->payload = payload;
    frame.length = (uint32_t)packet_build(packet, data, at);
    return frame;
}

/* What the kernel does with the header: complete the checksum of what it was told. */
static void assert_completes(struct frame *frame, struct layout at)
{
    assert_int_equal(frame->offload.flags, VIRTIO_NEEDS_CHECKSUM);
    assert_int_equal(checksum_complete(frame), 0);
    assert_true(packet_checksums_are_right(data, at));
}

static void tcp_over_the_mtu_is_to_be_cut(void **state)
{
    for (int version = 4; version <= 6; version += 2)
        for (int options = 0; options <= 40; options += 4) {
            struct packet packet = {.version = version, .protocol = 6, .payload_size = 30000, .option_size = options};
            struct layout at;
            struct frame frame = build(&packet, &at);
            assert_int_equal(super_frame_describe(&frame, MTU, false), 0);
            assert_int_equal(frame.offload.gso_type, version == 4 ? VIRTIO_GSO_TCPV4 : VIRTIO_GSO_TCPV6);
            assert_int_equal(frame.offload.gso_size, MTU - (at.payload - at.network));
            assert_int_equal(frame.offload.header_length, at.payload);
            assert_completes(&frame, at);
        }
}

static void the_mtu_is_the_limit(void **state)
{
    struct packet packet = {.version = 4, .protocol = 6, .payload_size = MTU - 40};
    struct layout at;
    struct frame frame = build(&packet, &at);

    assert_int_equal(super_frame_describe(&frame, MTU, false), 0);
    assert_int_equal(frame.offload.gso_type, VIRTIO_GSO_NONE);
    assert_int_equal(frame.offload.flags, 0);

    packet.payload_size++;
    frame = build(&packet, &at);
    assert_int_equal(super_frame_describe(&frame, MTU, false), 0);
    assert_int_equal(frame.offload.gso_type, VIRTIO_GSO_TCPV4);
}

/* The VM left the checksum to its network card, or did not: the same comes out. */
static void checksums_may_be_partial_or_complete(void **state)
{
    for (int version = 4; version <= 6; version += 2)
        for (int protocol = 6; protocol <= 17; protocol += 11)
            for (int partial = 0; partial <= 1; partial++) {
                struct packet packet = {.version = version, .protocol = protocol, .payload_size = 333};
                packet.partial = partial;
                struct layout at;
                struct frame frame = build(&packet, &at);
                assert_int_equal(super_frame_describe(&frame, MTU, true), 0);
                assert_int_equal(frame.offload.gso_type, VIRTIO_GSO_NONE);
                assert_completes(&frame, at);
            }
}

static void udp_without_a_checksum_stays_so(void **state)
{
    struct packet packet = {.version = 4, .protocol = 17, .payload_size = 100};
    struct layout at;
    struct frame frame = build(&packet, &at);

    data[at.transport + 6] = data[at.transport + 7] = 0;
    assert_int_equal(super_frame_describe(&frame, MTU, true), 0);
    assert_int_equal(frame.offload.flags, 0);
    assert_int_equal(data[at.transport + 6] | data[at.transport + 7], 0);
}

static void without_checksum_offload_small_frames_are_left_alone(void **state)
{
    struct packet packet = {.version = 4, .protocol = 6, .payload_size = 100, .bad_transport_sum = true};
    static uint8_t before[PACKET_MAX];
    struct layout at;
    struct frame frame = build(&packet, &at);

    memcpy(before, data, frame.length);
    assert_int_equal(super_frame_describe(&frame, MTU, false), 0);
    assert_int_equal(frame.offload.flags, 0);
    assert_memory_equal(data, before, frame.length);
}

static void padding_is_cut_off(void **state)
{
    struct packet packet = {.version = 4, .protocol = 6, .payload_size = 1, .padding = 9};
    struct layout at;
    struct frame frame = build(&packet, &at);

    memset(data + at.end, 0xee, 9);
    assert_int_equal(super_frame_describe(&frame, MTU, true), 0);
    assert_int_equal(frame.length, at.end);
    assert_completes(&frame, at);
}

static void what_cannot_be_cut_is_refused(void **state)
{
    struct packet udp = {.version = 4, .protocol = 17, .payload_size = 2000};
    struct packet fragment = {.version = 4, .protocol = 6, .payload_size = 2000, .more_fragments = true};
    struct packet tcp = {.version = 4, .protocol = 6, .payload_size = 2000};
    struct layout at;
    struct frame frame = build(&udp, &at);

    assert_int_equal(super_frame_describe(&frame, MTU, true), -1);
    frame = build(&fragment, &at);
    assert_int_equal(super_frame_describe(&frame, MTU, true), -1);
    /* An MTU that the headers alone fill. */
    frame = build(&tcp, &at);
    assert_int_equal(super_frame_describe(&frame, 40, true), -1);
    /* Neither IP nor small. */
    memset(data, 0x11, 3000);
    frame = (struct frame){.data = data, .length = 3000};
    assert_int_equal(super_frame_describe(&frame, MTU, true), -1);
    frame.length = 60;
    assert_int_equal(super_frame_describe(&frame, MTU, true), 0);
}

static void a_congestion_mark_is_told(void **state)
{
    struct packet packet = {.version = 4, .protocol = 6, .payload_size = 5000, .flags = 0x90};
    struct layout at;
    struct frame frame = build(&packet, &at);

    assert_int_equal(super_frame_describe(&frame, MTU, false), 0);
    assert_int_equal(frame.offload.gso_type, VIRTIO_GSO_TCPV4 | VIRTIO_GSO_ECN);
}

/* Random damage: what is described lies within the frame. */
static void hostile_frames(void **state)
{
    struct dice dice = {1};

    for (int round = 0; round < 20000; round++) {
        struct packet packet = {.version = dice_one_in(&dice, 2) ? 4 : 6, .protocol = dice_one_in(&dice, 3) ? 17 : 6,
                                .payload_size = dice_between(&dice, 0, 3000),
                                .option_size = 4 * dice_between(&dice, 0, 10)};
        struct layout at;
        struct frame frame = build(&packet, &at);
        uint32_t length = frame.length;
        for (int i = dice_between(&dice, 0, 4); i > 0; i--)
            data[dice_between(&dice, 0, 80)] = (uint8_t)dice_next(&dice);
        if (dice_one_in(&dice, 3))
            frame.length = length = (uint32_t)dice_between(&dice, FRAME_HEADER, (int)length);
        if (super_frame_describe(&frame, MTU, true) < 0)
            continue;
        assert_true(frame.length <= length && frame.length >= FRAME_HEADER);
        assert_int_equal(checksum_complete(&frame), 0);
        if (frame.offload.gso_type)
            assert_true(frame.offload.gso_size > 0 && frame.offload.header_length < frame.length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_over_the_mtu_is_to_be_cut),
        cmocka_unit_test(the_mtu_is_the_limit),
        cmocka_unit_test(checksums_may_be_partial_or_complete),
        cmocka_unit_test(udp_without_a_checksum_stays_so),
        cmocka_unit_test(without_checksum_offload_small_frames_are_left_alone),
        cmocka_unit_test(padding_is_cut_off),
        cmocka_unit_test(what_cannot_be_cut_is_refused),
        cmocka_unit_test(a_congestion_mark_is_told),
        cmocka_unit_test(hostile_frames),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
