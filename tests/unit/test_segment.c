#include "unit/unit.h"

#include "helper/checksum_fast.h"
#include "helper/offload.h"
#include "unit/packet.h"

static uint8_t payload[PACKET_MAX], super[PACKET_MAX], expected[PACKET_MAX], room[SEGMENT_HEADER_MAX];
static struct layout at;

static const struct packet tcp4 = {
    .version = 4, .protocol = 6, .ttl = 64, .dont_fragment = true, .id = 0xfffe, .sequence = 0xfffffc00,
    .acknowledgement = 77, .flags = 0x18, .window = 500, .options = {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8},
    .option_size = 12, .payload = payload, .payload_size = 5000, .partial = true,
};

static struct frame super_frame(const struct packet *packet, uint16_t gso_size)
{
    struct frame frame = {.data = super};

    frame.length = (uint32_t)packet_build(packet, super, &at);
    frame.offload.flags = VIRTIO_NEEDS_CHECKSUM;
    frame.offload.gso_type = packet->protocol == 17 ? VIRTIO_GSO_UDP_L4
                           : packet->version == 4   ? VIRTIO_GSO_TCPV4
                                                    : VIRTIO_GSO_TCPV6;
    frame.offload.gso_size = gso_size;
    frame.offload.checksum_start = (uint16_t)at.transport;
    frame.offload.checksum_offset = packet->protocol == 6 ? 16 : 6;
    return frame;
}

static int segment_flatten(const struct segment *segment, uint8_t *out)
{
    memcpy(out, segment->iov[0].iov_base, segment->iov[0].iov_len);
    memcpy(out + segment->iov[0].iov_len, segment->iov[1].iov_base, segment->iov[1].iov_len);
    return (int)(segment->iov[0].iov_len + segment->iov[1].iov_len);
}

/* Cut it, and compare each segment with the plain twin's. Returns how many there were. */
static int assert_segments(const struct frame *frame)
{
    static uint8_t out[PACKET_MAX];
    struct segmenter segmenter;
    struct segment segment;
    int count = 0;

    assert_int_equal(segmenter_start(&segmenter, frame), 0);
    while (segmenter_next(&segmenter, room, &segment)) {
        int length = packet_segment(super, at, frame->offload.gso_size, count++, expected);
        assert_int_equal(segment_flatten(&segment, out), length);
        assert_memory_equal(out, expected, length);
    }
    assert_int_equal(count, packet_segment_count(at, frame->offload.gso_size));
    return count;
}

static int make_payload(void **state)
{
    struct dice dice = {1};
    dice_fill(&dice, payload, sizeof(payload));
    return 0;
}

static void a_super_frame_is_cut(void **state)
{
    struct frame frame = super_frame(&tcp4, 1448);
    assert_int_equal(assert_segments(&frame), 4);
}

static void payload_is_not_copied(void **state)
{
    struct frame frame = super_frame(&tcp4, 1448);
    struct segmenter segmenter;
    struct segment segment;

    assert_int_equal(segmenter_start(&segmenter, &frame), 0);
    assert_true(segmenter_next(&segmenter, room, &segment));
    assert_ptr_equal(segment.iov[0].iov_base, room);
    assert_ptr_equal(segment.iov[1].iov_base, super + at.payload);
    assert_true(segmenter_next(&segmenter, room, &segment));
    assert_ptr_equal(segment.iov[1].iov_base, super + at.payload + 1448);
}

static void flags_are_where_they_belong(void **state)
{
    struct packet packet = tcp4;
    struct segmenter segmenter;
    struct segment segment;
    static const uint8_t flags[] = {0x80 | 0x10, 0x10, 0x10, 0x10 | 0x08 | 0x01};

    packet.flags = 0x80 | 0x10 | 0x08 | 0x01; /* CWR ACK PSH FIN */
    struct frame frame = super_frame(&packet, 1448);
    frame.offload.gso_type |= VIRTIO_GSO_ECN;
    assert_int_equal(segmenter_start(&segmenter, &frame), 0);
    for (int i = 0; segmenter_next(&segmenter, room, &segment); i++)
        assert_int_equal(room[at.transport + 13], flags[i]);
}

static void sequence_and_id_wrap_around(void **state)
{
    struct frame frame = super_frame(&tcp4, 500);
    assert_int_equal(assert_segments(&frame), 10);
    assert_int_equal(packet_get16(expected + at.network + 4), 0xfffe + 9 - 0x10000);
    assert_int_equal(packet_get32(expected + at.transport + 4), 0xfffffc00 + 9 * 500);
}

static void ipv6_with_vlan_and_extension(void **state)
{
    struct packet packet = tcp4;

    packet.version = 6;
    packet.vlan_tags = 2;
    packet.extension_size = 24;
    struct frame frame = super_frame(&packet, 1208);
    assert_int_equal(assert_segments(&frame), 5);
}

/* The destination in the pseudo-header is not the one in the IP header then (RFC 8200, 8.1). */
static void the_checksum_of_the_super_frame_is_the_start(void **state)
{
    struct packet packet = tcp4;

    packet.version = 6;
    struct frame frame = super_frame(&packet, 1000);
    uint8_t *field = super + packet_checksum_at(at);
    packet_put16(field, packet_get16(field) + 3);
    struct segmenter segmenter;
    struct segment segment;
    assert_int_equal(segmenter_start(&segmenter, &frame), 0);
    assert_true(segmenter_next(&segmenter, room, &segment));
    packet_segment(super, at, 1000, 0, expected);
    unsigned plain = packet_get16(expected + packet_checksum_at(at));
    assert_int_equal(packet_get16(room + packet_checksum_at(at)), plain >= 3 ? plain - 3 : plain + 0xffff - 3);
}

static void a_complete_checksum_is_not_needed(void **state)
{
    struct packet packet = tcp4;

    packet.partial = false;
    struct frame frame = super_frame(&packet, 1448);
    frame.offload.flags = VIRTIO_DATA_VALID;
    assert_int_equal(assert_segments(&frame), 4);
}

static void udp_is_cut(void **state)
{
    struct packet packet = tcp4;

    packet.protocol = 17;
    struct frame frame = super_frame(&packet, 1200);
    assert_int_equal(assert_segments(&frame), 5);
    packet.version = 6;
    frame = super_frame(&packet, 1200);
    assert_int_equal(assert_segments(&frame), 5);
}

/* Zero in the field would say that there is none (RFC 768). */
static void a_udp_checksum_of_zero_is_written_as_ffff(void **state)
{
    struct packet packet = tcp4;
    static uint8_t two[2];

    packet.protocol = 17;
    packet.partial = false;
    packet.payload = two;
    packet.payload_size = 2;
    super_frame(&packet, 100);
    memcpy(two, super + packet_checksum_at(at), 2); /* now all adds up to ffff without a checksum */
    packet.partial = true;
    struct frame frame = super_frame(&packet, 100);
    assert_int_equal(assert_segments(&frame), 1);
    assert_int_equal(packet_get16(room + packet_checksum_at(at)), 0xffff);
}

/* The sum of a header over 32 bytes is folded on its way. */
static void ipv4_options_are_summed(void **state)
{
    struct packet packet = tcp4;

    packet.ip_option_size = 40;
    for (int id = 0; id < 0x10000; id += 0x55) {
        packet.id = (uint16_t)id;
        struct frame frame = super_frame(&packet, 1448);
        assert_segments(&frame);
    }
}

static void the_largest_super_frame_is_cut(void **state)
{
    struct packet packet = tcp4;

    packet.payload_size = 65535 - 52;
    struct frame frame = super_frame(&packet, 1448);
    assert_int_equal(assert_segments(&frame), 46);
    packet.payload_size = 65535 - 32; /* IPv6 does not count its own header */
    packet.version = 6;
    frame = super_frame(&packet, 1428);
    assert_int_equal(assert_segments(&frame), 46);
}

static void less_than_a_segment_is_one(void **state)
{
    struct packet packet = tcp4;

    packet.payload_size = 700;
    struct frame frame = super_frame(&packet, 1448);
    assert_int_equal(assert_segments(&frame), 1);
    packet.payload_size = 0;
    frame = super_frame(&packet, 1448);
    assert_int_equal(assert_segments(&frame), 1);
}

static void assert_refused(struct frame frame)
{
    struct segmenter segmenter;
    assert_int_equal(segmenter_start(&segmenter, &frame), -1);
}

static void a_virtio_header_that_is_wrong_is_refused(void **state)
{
    const struct frame good = super_frame(&tcp4, 1448);
    struct frame bad;

    bad = good;
    bad.offload.gso_size = 0;
    assert_refused(bad);
    bad = good;
    bad.offload.gso_size = 2; /* 2,500 segments */
    assert_refused(bad);
    bad = good;
    bad.offload.gso_type = VIRTIO_GSO_TCPV6;
    assert_refused(bad);
    bad = good;
    bad.offload.gso_type = VIRTIO_GSO_UDP_L4;
    assert_refused(bad);
    bad = good;
    bad.offload.gso_type = VIRTIO_GSO_UDP;
    assert_refused(bad);
    bad = good;
    bad.offload.gso_type = VIRTIO_GSO_ECN;
    assert_refused(bad);
    bad = good;
    bad.offload.checksum_start++;
    assert_refused(bad);
    bad = good;
    bad.offload.checksum_offset = 6;
    assert_refused(bad);
}

static void lengths_that_are_wrong_are_refused(void **state)
{
    struct frame frame = super_frame(&tcp4, 1448);

    frame.length--;
    assert_refused(frame);
    frame.length += 2;
    assert_refused(frame);
    frame.length = 0;
    assert_refused(frame);
    frame = super_frame(&tcp4, 1448);
    super[at.transport + 12] = 0xf0; /* 60 bytes of TCP header */
    super[at.network] = 0x4f;        /* and 60 of IPv4 in front, which leaves TCP elsewhere */
    assert_refused(frame);
    frame = super_frame(&tcp4, 1448);
    super[at.transport + 12] = 0x40;
    assert_refused(frame);
}

static void headers_over_the_room_are_refused(void **state)
{
    struct packet packet = tcp4;

    packet.version = 6;
    packet.extension_size = 248;
    assert_refused(super_frame(&packet, 1448));
}

static void a_fragment_is_refused(void **state)
{
    struct packet packet = tcp4;

    packet.more_fragments = true;
    assert_refused(super_frame(&packet, 1448));
}

static void the_fast_sum_is_the_plain_sum(void **state)
{
    for (int size = 0; size < 200; size++) {
        for (int offset = 0; offset < 33; offset++) {
            uint16_t fast = checksum_fast_fold(checksum_fast_sum(payload + offset, (size_t)size));
            uint8_t bytes[2];
            memcpy(bytes, &fast, 2);
            assert_int_equal(packet_get16(bytes), packet_sum(payload + offset, size, 0));
        }
    }
}

static void the_fast_sum_keeps_every_carry(void **state)
{
    static uint8_t ones[65536];

    memset(ones, 0xff, sizeof(ones));
    assert_int_equal(checksum_fast_fold(checksum_fast_sum(ones, sizeof(ones))), 0xffff);
    assert_int_equal(checksum_fast_fold(UINT64_MAX), 0xffff);
    assert_int_equal(checksum_fast_fold(0x10000), 1);
    assert_int_equal(checksum_fast_fold(0xffffffff00000001), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_super_frame_is_cut),
        cmocka_unit_test(payload_is_not_copied),
        cmocka_unit_test(flags_are_where_they_belong),
        cmocka_unit_test(sequence_and_id_wrap_around),
        cmocka_unit_test(ipv6_with_vlan_and_extension),
        cmocka_unit_test(the_checksum_of_the_super_frame_is_the_start),
        cmocka_unit_test(a_complete_checksum_is_not_needed),
        cmocka_unit_test(udp_is_cut),
        cmocka_unit_test(a_udp_checksum_of_zero_is_written_as_ffff),
        cmocka_unit_test(ipv4_options_are_summed),
        cmocka_unit_test(the_largest_super_frame_is_cut),
        cmocka_unit_test(less_than_a_segment_is_one),
        cmocka_unit_test(a_virtio_header_that_is_wrong_is_refused),
        cmocka_unit_test(lengths_that_are_wrong_are_refused),
        cmocka_unit_test(headers_over_the_room_are_refused),
        cmocka_unit_test(a_fragment_is_refused),
        cmocka_unit_test(the_fast_sum_is_the_plain_sum),
        cmocka_unit_test(the_fast_sum_keeps_every_carry),
    };
    return cmocka_run_group_tests(tests, make_payload, NULL);
}
