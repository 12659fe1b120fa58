/* Frames through an interface of the fake vmnet, with each failure that the real one may give. */
#include "scene.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ---- Reading ---- */

static void test_read(void **state)
{
    struct scene *scene = *state;

    start_well(scene);
    send_frames(scene, 1, 60);
    expect_frames(scene, 0, 1, 60);
    send_frames(scene, 1, 1514);
    expect_frames(scene, 0, 1, 1514);
}

/* More than a batch: the event comes once, the rest is read without another. */
static void test_read_more_than_a_batch(void **state)
{
    struct scene *scene = *state;

    start_well(scene);
    send_frames(scene, 200, 1000);
    expect_frames(scene, 0, 200, 1000);
}

static void test_read_large_before_15(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_MACOS", "14.6", 1);
    scene->config.tso = true;
    start_well(scene);
    send_frames(scene, 10, 65000);
    expect_frames(scene, 0, 10, 65000);
}

static void test_event_storm(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_VMNET_EVENTS", "storm:1000", 1);
    start_well(scene);
    for (int i = 0; i < 5; i++) {
        send_frames(scene, 3, 100);
        expect_frames(scene, 0, 3, 100);
    }
    assert_int_equal(interface_read(scene->interface, &scene->batch, 0), 0);
}

static void test_event_without_packets(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_VMNET_READ", "empty", 1);
    start_well(scene);
    send_frames(scene, 1, 100);
    assert_int_equal(interface_read(scene->interface, &scene->batch, 10000), 0);
    expect_frames(scene, 0, 1, 100);
}

static void test_read_exhausted(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_VMNET_READ", "ok,1007", 1);
    start_well(scene);
    send_frames(scene, 1, 100);
    expect_frames(scene, 0, 1, 100);
    assert_int_equal(interface_read(scene->interface, &scene->batch, 1), 0);
}

/* A frame of impossible length is left out, those behind it are not, and all buffers stay in use. */
static void test_read_runt(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_VMNET_READ", "runt,runt", 1);
    start_well(scene);
    send_frames(scene, 3, 100);
    expect_frames(scene, 1, 2, 100);
    for (unsigned i = 0; i < BATCH_MAX; i++)
        for (unsigned other = 0; other < i; other++)
            assert_ptr_not_equal(scene->batch.frames[i].data, scene->batch.frames[other].data);
}

static void test_read_fails(void **state)
{
    struct scene *scene = *state;
    FILE *file;

    setenv("FAKE_VMNET_READ", "1001", 1);
    start_well(scene);
    send_frames(scene, 1, 100);
    int saved = capture_begin(&file);
    int result = interface_read(scene->interface, &scene->batch, 10000);
    capture_end(scene, file, saved);
    assert_int_equal(result, -1);
    assert_log(scene, "cannot read from vmnet: failure (1001)");
}

static void test_read_timeout(void **state)
{
    struct scene *scene = *state;

    start_well(scene);
    assert_int_equal(interface_read(scene->interface, &scene->batch, 10), 0);
}

static void *wake(void *argument)
{
    interface_wake(argument);
    return NULL;
}

static void test_wake(void **state)
{
    struct scene *scene = *state;
    pthread_t thread;

    start_well(scene);
    assert_int_equal(pthread_create(&thread, NULL, wake, scene->interface), 0);
    assert_int_equal(interface_read(scene->interface, &scene->batch, -1), 0);
    pthread_join(thread, NULL);
    send_frames(scene, 1, 100);
    expect_frames(scene, 0, 1, 100);
}

/* With virtio headers the frame is what follows them. */
static void test_read_virtio(void **state)
{
    struct scene *scene = *state;
    uint8_t packet[10 + 100] = {VIRTIO_NEEDS_CHECKSUM, VIRTIO_GSO_TCPV4, 54, 0, 0xb4, 0x05, 34, 0, 16, 0};

    scene->config.engine = true;
    start_well(scene);
    memset(packet + 10, 7, 100);
    assert_int_equal(send(scene->network, packet, sizeof(packet), 0), sizeof(packet));
    assert_int_equal(interface_read(scene->interface, &scene->batch, 10000), 1);
    const struct frame *frame = &scene->batch.frames[0];
    assert_int_equal(frame->length, 100);
    assert_int_equal(frame->data[0], 7);
    assert_int_equal(frame->offload.gso_type, VIRTIO_GSO_TCPV4);
    assert_int_equal(frame->offload.gso_size, 1460);
    assert_int_equal(frame->offload.checksum_start, 34);
}

/* ---- Writing ---- */

/* The batch as it is, nothing joined. */
static int write_batch(struct scene *scene)
{
    batch_gather(&scene->batch, &scene->gathers);
    return interface_write(scene->interface, &scene->gathers);
}

/* Write count frames, frame i filled with i. */
static int write_frames(struct scene *scene, unsigned count, uint32_t length)
{
    scene->batch.count = count;
    for (unsigned i = 0; i < count; i++) {
        memset(scene->batch.frames[i].data, (int)i, length);
        scene->batch.frames[i].length = length;
    }
    return write_batch(scene);
}

static void expect_sent(struct scene *scene, unsigned number, size_t length)
{
    static uint8_t data[65536];
    ssize_t size = recv(scene->network, data, sizeof(data), MSG_DONTWAIT);

    assert_int_equal(size, length);
    assert_int_equal(data[0], number);
    assert_int_equal(data[length - 1], number);
}

static void expect_no_more(struct scene *scene)
{
    uint8_t byte;

    assert_int_equal(recv(scene->network, &byte, 1, MSG_DONTWAIT), -1);
}

static void expect_all_sent(struct scene *scene, unsigned count, size_t length)
{
    for (unsigned i = 0; i < count; i++)
        expect_sent(scene, i, length);
    expect_no_more(scene);
}

static void write_with(struct scene *scene, const char *script)
{
    setenv("FAKE_VMNET_WRITE", script, 1);
    start_well(scene);
    assert_int_equal(write_frames(scene, 10, 200), 10);
    expect_all_sent(scene, 10, 200);
}

static void test_write(void **state)
{
    write_with(*state, "");
}

static void test_write_short(void **state)
{
    write_with(*state, "short:3,short:1,short:4");
}

static void test_write_full_for_a_while(void **state)
{
    write_with(*state, "full,1007,short:2,1007,1002,full");
}

static void test_write_refused_once(void **state)
{
    /* The whole call is refused, each frame alone is not. */
    write_with(*state, "1003");
}

static void test_write_too_many(void **state)
{
    write_with(*state, "1008");
}

static void test_write_large_before_15(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_MACOS", "14.6", 1);
    scene->config.tso = true;
    start_well(scene);
    assert_int_equal(write_frames(scene, 10, 65000), 10);
    expect_all_sent(scene, 10, 65000);
}

/* Only the frame that vmnet dislikes is lost. */
static void test_write_one_refused(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_VMNET_WRITE", "1003,ok,ok,1006,ok", 1);
    start_well(scene);
    assert_int_equal(write_frames(scene, 5, 200), 4);
    expect_sent(scene, 0, 200);
    expect_sent(scene, 1, 200);
    expect_sent(scene, 3, 200);
    expect_sent(scene, 4, 200);
    expect_no_more(scene);
}

static void test_write_full_for_ever(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_VMNET_WRITE", "short:4,1007*", 1);
    start_well(scene);
    assert_int_equal(write_frames(scene, 10, 200), 4);
    expect_all_sent(scene, 4, 200);
}

static void test_write_bad_lengths(void **state)
{
    struct scene *scene = *state;

    start_well(scene);
    scene->batch.count = 5;
    for (unsigned i = 0; i < 5; i++) {
        memset(scene->batch.frames[i].data, (int)i, 1600);
        scene->batch.frames[i].length = 100;
    }
    scene->batch.frames[0].length = 13;
    scene->batch.frames[2].length = 0;
    scene->batch.frames[4].length = 1515;
    assert_int_equal(write_batch(scene), 2);
    expect_sent(scene, 1, 100);
    expect_sent(scene, 3, 100);
    expect_no_more(scene);
}

static void test_write_fails(void **state)
{
    struct scene *scene = *state;
    FILE *file;

    setenv("FAKE_VMNET_WRITE", "1001", 1);
    start_well(scene);
    int saved = capture_begin(&file);
    int result = write_frames(scene, 3, 200);
    capture_end(scene, file, saved);
    assert_int_equal(result, -1);
    assert_log(scene, "cannot write to vmnet: failure (1001)");
}

static void test_write_virtio(void **state)
{
    struct scene *scene = *state;
    uint8_t packet[200];

    scene->config.engine = true;
    start_well(scene);
    scene->batch.frames[0].offload = (struct virtio_header){.flags = VIRTIO_NEEDS_CHECKSUM, .checksum_start = 34};
    assert_int_equal(write_frames(scene, 1, 100), 1);
    assert_int_equal(recv(scene->network, packet, sizeof(packet), MSG_DONTWAIT), 110);
    assert_int_equal(packet[0], VIRTIO_NEEDS_CHECKSUM);
    assert_int_equal(packet[6], 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_read),
        SCENE_TEST(test_read_more_than_a_batch),
        SCENE_TEST(test_read_large_before_15),
        SCENE_TEST(test_event_storm),
        SCENE_TEST(test_event_without_packets),
        SCENE_TEST(test_read_exhausted),
        SCENE_TEST(test_read_runt),
        SCENE_TEST(test_read_fails),
        SCENE_TEST(test_read_timeout),
        SCENE_TEST(test_wake),
        SCENE_TEST(test_read_virtio),
        SCENE_TEST(test_write),
        SCENE_TEST(test_write_short),
        SCENE_TEST(test_write_full_for_a_while),
        SCENE_TEST(test_write_refused_once),
        SCENE_TEST(test_write_too_many),
        SCENE_TEST(test_write_large_before_15),
        SCENE_TEST(test_write_one_refused),
        SCENE_TEST(test_write_full_for_ever),
        SCENE_TEST(test_write_bad_lengths),
        SCENE_TEST(test_write_fails),
        SCENE_TEST(test_write_virtio),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
