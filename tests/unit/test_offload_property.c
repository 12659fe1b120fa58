/* Random traffic through the engine, compared with its plain twin. The seed is fixed, so a failure
 * comes again; VMNET_TEST_SEED and VMNET_TEST_ROUNDS try others. */
#include "unit/unit.h"

#include "helper/offload.h"
#include "unit/offload_check.h"
#include "unit/offload_reference.h"

static uint8_t payload[PACKET_MAX];
static uint8_t *sent[BATCH_MAX];
static uint32_t sent_length[BATCH_MAX];
static struct batch batch;

static unsigned long setting(const char *name, unsigned long usual)
{
    const char *value = getenv(name);
    return value ? strtoul(value, NULL, 0) : usual;
}

static int create(void **state)
{
    struct dice dice = {3};
    dice_fill(&dice, payload, sizeof(payload));
    for (int i = 0; i < BATCH_MAX; i++) {
        sent[i] = malloc(PACKET_MAX);
        if (!sent[i])
            return -1;
    }
    return batch_create(&batch);
}

static int destroy(void **state)
{
    for (int i = 0; i < BATCH_MAX; i++)
        free(sent[i]);
    batch_destroy(&batch);
    return 0;
}

/* A flow's frames leave in the order they came; and none passes one that may be of its flow. */
static void check_order(const struct packet *packets, const int *position)
{
    for (unsigned i = 0; i < batch.count; i++) {
        for (unsigned j = i + 1; j < batch.count; j++) {
            bool hidden = reference_is_hidden(&packets[i]) || reference_is_hidden(&packets[j]);
            bool tcp = reference_is_tcp(&packets[i]) || reference_is_tcp(&packets[j]);
            if (reference_is_same_flow(&packets[i], &packets[j]) || (hidden && tcp))
                must(position[i] < position[j]);
        }
    }
}

static void one_batch(struct traffic *traffic, struct dice *dice)
{
    struct packet packets[BATCH_MAX];
    struct gather_list list;
    int expected[BATCH_MAX], first[BATCH_MAX], position[BATCH_MAX];

    batch.count = (unsigned)dice_between(dice, 0, BATCH_MAX);
    for (unsigned i = 0; i < batch.count; i++) {
        packets[i] = traffic_next(traffic, dice);
        batch.frames[i].length = (uint32_t)packet_build(&packets[i], batch.frames[i].data, NULL);
        sent_length[i] = batch.frames[i].length;
        memcpy(sent[i], batch.frames[i].data, sent_length[i]);
    }
    batch_coalesce(&batch, &list);
    check_list(&batch, &list, sent, sent_length, first, position);
    check_order(packets, position);
    reference_coalesce(packets, (int)batch.count, expected);
    for (unsigned i = 0; i < batch.count; i++)
        must(first[i] == expected[i]);
}

static void coalesced_and_cut_again_is_what_was_sent(void **state)
{
    struct dice dice = {setting("VMNET_TEST_SEED", 4)};
    unsigned long rounds = setting("VMNET_TEST_ROUNDS", 1000);
    struct traffic traffic;

    for (unsigned long i = 0; i < rounds; i++) {
        traffic_begin(&traffic, &dice, payload);
        for (int j = 0; j < 5; j++)
            one_batch(&traffic, &dice);
    }
}

static struct packet random_super(struct dice *dice)
{
    struct traffic traffic;

    traffic_begin(&traffic, dice, payload);
    struct packet packet = traffic.flows[0];
    packet.protocol = dice_one_in(dice, 3) ? 17 : 6;
    packet.vlan_tags = dice_between(dice, 0, 2);
    packet.flags = (uint8_t)dice_next(dice);
    packet.tos = (uint8_t)dice_next(dice);
    packet.ip_option_size = dice_one_in(dice, 3) ? 4 * dice_between(dice, 0, 10) : 0;
    packet.extension_size = dice_one_in(dice, 3) ? 8 * dice_between(dice, 0, 8) : 0;
    packet.payload = payload;
    packet.payload_size = dice_between(dice, 0, dice_one_in(dice, 2) ? 65000 : 5000);
    packet.partial = !dice_one_in(dice, 4);
    return packet;
}

static void super_frames_are_cut_like_the_plain_twin_does(void **state)
{
    static uint8_t super[PACKET_MAX], twin[PACKET_MAX];
    struct dice dice = {setting("VMNET_TEST_SEED", 5)};
    unsigned long rounds = setting("VMNET_TEST_ROUNDS", 1000);
    uint8_t room[SEGMENT_HEADER_MAX];
    struct segmenter segmenter;
    struct segment segment;

    for (unsigned long i = 0; i < rounds; i++) {
        struct packet packet = random_super(&dice);
        struct layout at;
        struct frame frame = {.data = super, .length = (uint32_t)packet_build(&packet, super, &at)};
        int gso_size = dice_between(&dice, packet.payload_size / SEGMENT_COUNT_MAX + 1, 9000);
        frame.offload.flags = packet.partial ? VIRTIO_NEEDS_CHECKSUM : 0;
        frame.offload.gso_type = packet.protocol == 17 ? VIRTIO_GSO_UDP_L4
                               : packet.version == 4   ? VIRTIO_GSO_TCPV4
                                                       : VIRTIO_GSO_TCPV6;
        frame.offload.gso_size = (uint16_t)gso_size;
        frame.offload.checksum_start = (uint16_t)at.transport;
        frame.offload.checksum_offset = packet.protocol == 6 ? 16 : 6;
        must(segmenter_start(&segmenter, &frame) == 0);
        for (int k = 0; k < packet_segment_count(at, gso_size); k++) {
            int length = packet_segment(super, at, gso_size, k, twin);
            must(segmenter_next(&segmenter, room, &segment));
            must((int)(segment.iov[0].iov_len + segment.iov[1].iov_len) == length);
            must(memcmp(twin, segment.iov[0].iov_base, segment.iov[0].iov_len) == 0);
            must(memcmp(twin + segment.iov[0].iov_len, segment.iov[1].iov_base, segment.iov[1].iov_len) == 0);
        }
        must(!segmenter_next(&segmenter, room, &segment));
    }
}

/* The other way round: what the engine cut from a super-frame it joins to the same one again. */
static void cut_and_coalesced_is_the_super_frame_again(void **state)
{
    static uint8_t super[PACKET_MAX], joined[PACKET_MAX];
    struct dice dice = {setting("VMNET_TEST_SEED", 7)};
    unsigned long rounds = setting("VMNET_TEST_ROUNDS", 1000);
    uint8_t room[SEGMENT_HEADER_MAX];
    struct gather_list list;
    struct segmenter segmenter;
    struct segment segment;

    for (unsigned long i = 0; i < rounds; i++) {
        struct packet packet = random_super(&dice);
        struct layout at;
        packet.protocol = 6;
        packet.vlan_tags = dice_between(&dice, 0, 1);
        packet.flags = dice_one_in(&dice, 2) ? 0x18 : 0x10;
        packet.ip_option_size = packet.extension_size = 0;
        packet.partial = true;
        int gso_size = dice_between(&dice, 100, 9000);
        packet.payload_size = dice_between(&dice, gso_size + 1, gso_size * BATCH_MAX < 65000 ? gso_size * BATCH_MAX : 65000);
        struct frame frame = {.data = super, .length = (uint32_t)packet_build(&packet, super, &at)};
        frame.offload = (struct virtio_header){
            .flags = VIRTIO_NEEDS_CHECKSUM, .gso_size = (uint16_t)gso_size,
            .gso_type = packet.version == 4 ? VIRTIO_GSO_TCPV4 : VIRTIO_GSO_TCPV6,
            .checksum_start = (uint16_t)at.transport, .checksum_offset = 16,
        };
        must(segmenter_start(&segmenter, &frame) == 0);
        for (batch.count = 0; segmenter_next(&segmenter, room, &segment); batch.count++) {
            struct frame *one = &batch.frames[batch.count];
            memcpy(one->data, segment.iov[0].iov_base, segment.iov[0].iov_len);
            memcpy(one->data + segment.iov[0].iov_len, segment.iov[1].iov_base, segment.iov[1].iov_len);
            one->length = (uint32_t)(segment.iov[0].iov_len + segment.iov[1].iov_len);
        }
        batch_coalesce(&batch, &list);
        must(list.count == 1 && list.gathers[0].frames == batch.count);
        must(list.gathers[0].offload.gso_size == gso_size);
        must(check_flatten(&list.gathers[0], joined) == frame.length);
        must(memcmp(joined, super, frame.length) == 0);
    }
}

/* One bit is wrong in a frame that would be joined: the receiver must still be able to tell. */
static void every_flipped_bit_stays_detectable(void **state)
{
    struct dice dice = {setting("VMNET_TEST_SEED", 6)};
    struct packet packet = {
        .version = 4, .protocol = 6, .ttl = 64, .flags = 0x10, .payload = payload, .payload_size = 20, .id = 7,
    };
    struct gather_list list;

    for (int version = 4; version <= 6; version += 2) {
        packet.version = version;
        struct layout at;
        int bits = 8 * packet_build(&packet, sent[0], &at);
        for (int bit = 8 * at.network; bit < bits; bit++) {
            int corrupt = dice_between(&dice, 0, 2);
            batch.count = 3;
            for (int i = 0; i < 3; i++) {
                struct packet one = packet;
                one.sequence += (uint32_t)(i * one.payload_size);
                one.id = (uint16_t)(one.id + i);
                batch.frames[i].length = (uint32_t)packet_build(&one, batch.frames[i].data, NULL);
                if (i == corrupt)
                    batch.frames[i].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
                memcpy(sent[i], batch.frames[i].data, sent_length[i] = batch.frames[i].length);
            }
            int first[BATCH_MAX];
            batch_coalesce(&batch, &list);
            check_list(&batch, &list, sent, sent_length, first, NULL);
            /* No checksum covers these with IPv6: class, flow label, hop limit. They must be alike to be joined. */
            must(first[corrupt] == corrupt);
            must(corrupt == 2 || first[corrupt + 1] == corrupt + 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coalesced_and_cut_again_is_what_was_sent),
        cmocka_unit_test(super_frames_are_cut_like_the_plain_twin_does),
        cmocka_unit_test(cut_and_coalesced_is_the_super_frame_again),
        cmocka_unit_test(every_flipped_bit_stays_detectable),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
