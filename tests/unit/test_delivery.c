#include "unit/unit.h"

#include "helper/delivery.h"
#include "unit/packet.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

struct scene {
    int vm[2]; /* the helper's end, the VM's */
    struct batch batch;
    struct stats stats;
    atomic_bool stopping;
    struct channel channel;
    struct delivery delivery;
};

static struct scene scene;
static uint8_t payload[PACKET_MAX];
static struct layout at;

static int begin(void **state)
{
    memset(&scene, 0, sizeof(scene));
    if (batch_create(&scene.batch) < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, scene.vm) < 0)
        return -1;
    channel_create(&scene.channel, FRAMING_DATAGRAM);
    channel_open(&scene.channel, scene.vm[0]);
    scene.delivery.channel = &scene.channel;
    scene.delivery.max_length = 1514;
    scene.delivery.stopping = &scene.stopping;
    scene.delivery.stats = &scene.stats.host;
    return 0;
}

static int end(void **state)
{
    batch_destroy(&scene.batch);
    close(scene.vm[0]);
    if (scene.vm[1] >= 0)
        close(scene.vm[1]);
    return 0;
}

static struct frame *add_super(int payload_size, uint16_t gso_size)
{
    struct frame *frame = &scene.batch.frames[scene.batch.count++];
    struct packet packet = {
        .version = 4, .protocol = 6, .ttl = 64, .flags = 0x10, .payload = payload, .payload_size = payload_size,
        .partial = true,
    };

    frame->length = (uint32_t)packet_build(&packet, frame->data, &at);
    frame->offload = (struct virtio_header){
        .flags = VIRTIO_NEEDS_CHECKSUM, .gso_type = VIRTIO_GSO_TCPV4, .gso_size = gso_size,
        .checksum_start = (uint16_t)at.transport, .checksum_offset = 16,
    };
    return frame;
}

static void add_plain(uint32_t length)
{
    struct frame *frame = &scene.batch.frames[scene.batch.count++];

    frame->length = length;
    frame->offload = (struct virtio_header){0};
}

/* Take what is in the socket; its datagrams must have these lengths, -1 last. */
static void assert_received(int first, ...)
{
    static uint8_t data[PACKET_MAX];
    va_list lengths;

    va_start(lengths, first);
    for (int length = first; length >= 0; length = va_arg(lengths, int))
        assert_int_equal(recv(scene.vm[1], data, sizeof(data), MSG_DONTWAIT), length);
    va_end(lengths);
    assert_int_equal(recv(scene.vm[1], data, sizeof(data), MSG_DONTWAIT), -1);
}

static void super_frames_are_cut_in_their_place(void **state)
{
    add_plain(100);
    add_super(3000, 1460);
    add_plain(200);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), 0);
    assert_received(100, 1514, 1514, 54 + 80, 200, -1);
    assert_int_equal(scene.stats.host.packets, 5);
    assert_int_equal(scene.stats.host.bytes, 100 + 1514 + 1514 + 134 + 200);
    assert_int_equal(scene.stats.host.fast, 1);
}

static void super_frames_are_left_to_a_vm_that_takes_them(void **state)
{
    add_super(3000, 1460);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, false), 0);
    assert_received(3054, -1);
}

static void what_cannot_be_cut_is_bad(void **state)
{
    add_super(3000, 1460)->offload.gso_size = 0;
    add_plain(100);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), 0);
    assert_received(100, -1);
    assert_int_equal(scene.stats.host.bad, 1);
    assert_int_equal(scene.stats.host.drops, 0);
}

static void segments_over_the_mtu_are_bad(void **state)
{
    add_super(3000, 1461);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), 0);
    assert_received(-1);
    assert_int_equal(scene.stats.host.bad, 1);
}

/* A card cuts by the TCP payload: the tag comes on top. */
static void segments_may_be_longer_by_their_vlan_tag(void **state)
{
    struct frame *frame = add_super(3000, 1460);

    memmove(frame->data + 16, frame->data + 12, frame->length - 12);
    memcpy(frame->data + 12, (const uint8_t[]){0x81, 0x00, 0x00, 0x05}, 4);
    frame->length += 4;
    frame->offload.checksum_start = (uint16_t)(frame->offload.checksum_start + 4);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), 0);
    assert_received(1518, 1518, 54 + 4 + 80, -1);
    assert_int_equal(scene.stats.host.bad, 0);
}

static void what_a_full_socket_does_not_take_is_dropped(void **state)
{
    unsigned sent = 64 * 45;

    fcntl(scene.vm[0], F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 64; i++)
        add_super(45 * 1000, 1000);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), 0);
    assert_true(scene.stats.host.packets > 0);
    assert_true(scene.stats.host.drops > 0);
    assert_int_equal(scene.stats.host.packets + scene.stats.host.drops, sent);
    assert_int_equal(scene.stats.host.slow, 1);
    assert_int_equal(scene.stats.host.fast, 0);
}

static void a_vm_that_is_gone_is_told(void **state)
{
    add_super(3000, 1460);
    close(scene.vm[1]);
    scene.vm[1] = -1;
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), -1);
}

static void stopping_ends_it(void **state)
{
    scene.stopping = true;
    add_super(3000, 1460);
    assert_int_equal(delivery_send(&scene.delivery, &scene.batch, true), 0);
    assert_received(-1);
    assert_int_equal(scene.stats.host.drops, 3);
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(super_frames_are_cut_in_their_place),
        test(super_frames_are_left_to_a_vm_that_takes_them),
        test(what_cannot_be_cut_is_bad),
        test(segments_over_the_mtu_are_bad),
        test(segments_may_be_longer_by_their_vlan_tag),
        test(what_a_full_socket_does_not_take_is_dropped),
        test(a_vm_that_is_gone_is_told),
        test(stopping_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
