#include "unit/unit.h"

#include "helper/offload.h"
#include "unit/packet.h"

static struct batch batch;
static struct gather_list list;
static uint8_t payload[PACKET_MAX];
static struct layout at;

static struct packet next; /* the segment that the next add() continues with */

/* Add a frame; then move on by its payload. */
static void add(const struct packet *packet)
{
    struct frame *frame = &batch.frames[batch.count++];

    frame->length = (uint32_t)packet_build(packet, frame->data, &at);
    frame->offload = (struct virtio_header){.gso_type = 0xee, .flags = 0xee};
}

static void add_next(void)
{
    add(&next);
    next.sequence += (uint32_t)next.payload_size;
    next.id++;
}

static void add_several(int count)
{
    for (int i = 0; i < count; i++)
        add_next();
}

static int create(void **state)
{
    struct dice dice = {2};
    dice_fill(&dice, payload, sizeof(payload));
    return batch_create(&batch);
}

static int destroy(void **state)
{
    batch_destroy(&batch);
    return 0;
}

static int begin(void **state)
{
    batch.count = 0;
    next = (struct packet){
        .version = 4, .protocol = 6, .ttl = 64, .dont_fragment = true, .id = 10, .sequence = 0xffffff00,
        .acknowledgement = 5, .flags = 0x10, .window = 500, .options = {1, 1, 8, 10}, .option_size = 12,
        .payload = payload, .payload_size = 1448,
    };
    return 0;
}

/* Coalesce, and compare the number of frames in each gather: assert_gathers(3, 2, 1, -1) */
static void assert_gathers(int first, ...)
{
    va_list list_of_counts;
    unsigned i = 0;

    batch_coalesce(&batch, &list);
    va_start(list_of_counts, first);
    for (int count = first; count >= 0; count = va_arg(list_of_counts, int), i++) {
        assert_true(i < list.count);
        assert_int_equal(list.gathers[i].frames, count);
    }
    va_end(list_of_counts);
    assert_int_equal(list.count, i);
}

static void segments_are_joined(void **state)
{
    add_several(45);
    uint16_t id = next.id;
    assert_gathers(45, -1);
    const struct gather *gather = &list.gathers[0];
    assert_int_equal(gather->slice_count, 45);
    assert_int_equal(gather->length, 14 + 20 + 32 + 45 * 1448);
    assert_int_equal(gather->offload.flags, VIRTIO_NEEDS_CHECKSUM);
    assert_int_equal(gather->offload.gso_type, VIRTIO_GSO_TCPV4);
    assert_int_equal(gather->offload.gso_size, 1448);
    assert_int_equal(gather->offload.header_length, 66);
    assert_int_equal(gather->offload.checksum_start, 34);
    assert_int_equal(gather->offload.checksum_offset, 16);
    assert_int_equal(packet_get16(batch.frames[0].data + 18), id - 45);
    assert_int_equal(packet_get16(batch.frames[0].data + 16), 20 + 32 + 45 * 1448);
}

static void ipv6_segments_are_joined(void **state)
{
    next.version = 6;
    next.payload_size = 1428;
    add_several(3);
    assert_gathers(3, -1);
    assert_int_equal(list.gathers[0].offload.gso_type, VIRTIO_GSO_TCPV6);
    assert_int_equal(packet_get16(batch.frames[0].data + 18), 32 + 3 * 1428);
}

static void a_vlan_tag_may_be_there(void **state)
{
    next.vlan_tags = 1;
    add_several(3);
    assert_gathers(3, -1);
    assert_int_equal(list.gathers[0].offload.checksum_start, 38);
}

static void two_vlan_tags_pass_alone(void **state)
{
    next.vlan_tags = 2;
    add_several(3);
    assert_gathers(1, 1, 1, -1);
}

static void slices_have_room_for_a_header(void **state)
{
    add_several(2);
    next.flags = 0x11;
    add_several(2);
    assert_gathers(2, 1, 1, -1);
    struct iovec *end = list.slices;
    for (unsigned i = 0; i < list.count; i++) {
        assert_true(list.gathers[i].slices - 1 >= end);
        end = list.gathers[i].slices + list.gathers[i].slice_count;
    }
    assert_true(end <= list.slices + 2 * BATCH_MAX);
}

static void a_full_batch_of_single_frames_fits(void **state)
{
    for (int i = 0; i < BATCH_MAX; i++) {
        next.flow = (uint8_t)i;
        add_next();
    }
    batch_coalesce(&batch, &list);
    assert_int_equal(list.count, BATCH_MAX);
    assert_true(list.gathers[BATCH_MAX - 1].slices + 1 <= list.slices + 2 * BATCH_MAX);
}

static void flows_are_told_apart(void **state)
{
    struct packet other = next;

    other.flow = 1;
    for (int i = 0; i < 4; i++) {
        add_next();
        add(&other);
        other.sequence += (uint32_t)other.payload_size;
        other.id++;
    }
    assert_gathers(4, 4, -1);
}

static void another_station_is_another_flow(void **state)
{
    add_next();
    next.station = 9;
    add_next();
    assert_gathers(1, 1, -1);
}

static void the_last_may_be_shorter(void **state)
{
    add_several(2);
    next.payload_size = 100;
    add_several(2);
    assert_gathers(3, 1, -1);
}

static void a_longer_one_begins_anew(void **state)
{
    next.payload_size = 100;
    add_next();
    next.payload_size = 1448;
    add_several(3);
    assert_gathers(1, 3, -1);
}

static void push_ends_the_run(void **state)
{
    add_next();
    next.flags = 0x18;
    add_next();
    next.flags = 0x10;
    add_several(2);
    assert_gathers(2, 2, -1);
    assert_int_equal(batch.frames[0].data[at.transport + 13], 0x18);
    assert_int_equal(batch.frames[2].data[at.transport + 13], 0x10);
}

static void a_gap_begins_anew(void **state)
{
    add_several(2);
    next.sequence += 1448;
    add_several(2);
    assert_gathers(2, 2, -1);
}

static void the_super_frame_has_a_limit(void **state)
{
    add_several(64);
    assert_gathers(45, 19, -1);
}

static void an_ip_packet_has_a_limit(void **state)
{
    next.option_size = 0;
    next.payload_size = 8187; /* eight and the headers are 65536 bytes */
    add_several(8);
    assert_gathers(7, 1, -1);
}

static void the_vlan_tag_counts_too(void **state)
{
    next.vlan_tags = 1;
    next.option_size = 0;
    next.payload_size = 13099; /* five and the IP header are 65535 bytes */
    add_several(5);
    assert_gathers(4, 1, -1); /* but with the tag more than a frame may have */
}

/* Run the change over the second of three segments: it must stay alone, between the others. */
#define assert_passes_alone(change)                                                                                    \
    do {                                                                                                               \
        begin(NULL);                                                                                                   \
        add_next();                                                                                                    \
        struct packet usual = next;                                                                                    \
        change;                                                                                                        \
        add_next();                                                                                                    \
        usual.sequence = next.sequence;                                                                                \
        usual.id = next.id;                                                                                            \
        next = usual;                                                                                                  \
        add_next();                                                                                                    \
        assert_gathers(1, 1, 1, -1);                                                                                   \
    } while (0)

static void what_is_unusual_passes_alone(void **state)
{
    for (int bit = 0; bit < 8; bit++) {
        if (1 << bit != 0x08)
            assert_passes_alone(next.flags ^= (uint8_t)(1 << bit)); /* FIN SYN RST - ACK URG ECE CWR */
    }
    assert_passes_alone(next.reserved = 1);
    assert_passes_alone(next.ip_option_size = 4);
    assert_passes_alone(next.more_fragments = true);
    assert_passes_alone(next.payload_size = 0);
    assert_passes_alone((next.version = 6, next.extension_size = 8));
}

static void what_differs_is_not_joined(void **state)
{
    assert_passes_alone(next.acknowledgement++);
    assert_passes_alone(next.window++);
    assert_passes_alone(next.urgent++);
    assert_passes_alone(next.ttl++);
    assert_passes_alone(next.tos++);
    assert_passes_alone(next.options[4]++);
    assert_passes_alone(next.option_size = 8);
    assert_passes_alone(next.dont_fragment = false);
}

static void ipv6_fields_that_differ_are_not_joined(void **state)
{
    for (int field = 0; field < 3; field++) {
        begin(NULL);
        next.version = 6;
        add_next();
        next.ttl += field == 0;
        next.tos += field == 1;
        next.flow_label += field == 2;
        add_next();
        assert_gathers(1, 1, -1);
    }
}

static void the_id_counts_only_where_it_means_something(void **state)
{
    add_next();
    next.id += 7;
    add_next();
    assert_gathers(2, -1);
    begin(NULL);
    next.dont_fragment = false;
    add_several(2);
    next.id += 7;
    add_several(2);
    assert_gathers(2, 2, -1);
}

static void a_corrupt_segment_passes_as_it_is(void **state)
{
    static uint8_t before[2048];

    for (int position = 0; position < 4; position++) {
        for (int field = 0; field < 2; field++) {
            begin(NULL);
            for (int i = 0; i < 4; i++) {
                next.bad_network_sum = i == position && field == 0;
                next.bad_transport_sum = i == position && field == 1;
                add_next();
            }
            struct frame *corrupt = &batch.frames[position];
            memcpy(before, corrupt->data, corrupt->length);
            batch_coalesce(&batch, &list);
            unsigned alone = position == 2 ? 1 : position == 3 ? 1 : (unsigned)position;
            assert_int_equal(list.gathers[alone].frames, 1);
            assert_ptr_equal(list.gathers[alone].slices[0].iov_base, corrupt->data);
            assert_int_equal(list.gathers[alone].length, corrupt->length);
            assert_memory_equal(corrupt->data, before, corrupt->length);
        }
    }
}

static void a_fragment_closes_every_run(void **state)
{
    struct packet fragment = next;

    add_several(2);
    fragment.flow = 1;
    fragment.more_fragments = true;
    add(&fragment);
    add_several(2);
    assert_gathers(2, 1, 2, -1);
}

static void other_protocols_close_no_run(void **state)
{
    struct packet other = next;

    add_next();
    other.protocol = 17;
    add(&other);
    add_next();
    other.version = 0;
    add(&other);
    add_next();
    assert_gathers(3, 1, 1, -1);
}

static void padding_is_not_payload(void **state)
{
    next.payload_size = 2;
    next.option_size = 0;
    next.padding = 4;
    add_several(3);
    assert_gathers(3, -1);
    assert_int_equal(list.gathers[0].length, 54 + 6);
    begin(NULL);
    next.payload_size = 0;
    next.padding = 6;
    add_next();
    assert_gathers(1, -1); /* alone: padding stays */
    assert_int_equal(list.gathers[0].length, 66 + 6);
}

static void a_frame_shorter_than_its_ip_length_passes_alone(void **state)
{
    add_several(3);
    batch.frames[1].length -= 1;
    assert_gathers(1, 1, 1, -1);
}

static void runts_pass_alone(void **state)
{
    add_several(2);
    for (uint32_t length = 0; length < 66; length++) {
        batch.frames[1].length = length;
        assert_gathers(1, 1, -1);
    }
}

static void an_empty_batch_is_an_empty_list(void **state)
{
    assert_gathers(-1);
}

#define test(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(segments_are_joined),
        test(ipv6_segments_are_joined),
        test(a_vlan_tag_may_be_there),
        test(two_vlan_tags_pass_alone),
        test(slices_have_room_for_a_header),
        test(a_full_batch_of_single_frames_fits),
        test(flows_are_told_apart),
        test(another_station_is_another_flow),
        test(the_last_may_be_shorter),
        test(a_longer_one_begins_anew),
        test(push_ends_the_run),
        test(a_gap_begins_anew),
        test(the_super_frame_has_a_limit),
        test(an_ip_packet_has_a_limit),
        test(the_vlan_tag_counts_too),
        test(what_is_unusual_passes_alone),
        test(what_differs_is_not_joined),
        test(ipv6_fields_that_differ_are_not_joined),
        test(the_id_counts_only_where_it_means_something),
        test(a_corrupt_segment_passes_as_it_is),
        test(a_fragment_closes_every_run),
        test(other_protocols_close_no_run),
        test(padding_is_not_payload),
        test(a_frame_shorter_than_its_ip_length_passes_alone),
        test(runts_pass_alone),
        test(an_empty_batch_is_an_empty_list),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
