/* interface_vmnet.c and its companions against the fake vmnet: what goes well, and each failure that
 * the real one may give. fake/fake.h tells what the settings mean. */
#include "helper/interface.h"
#include "helper/vmnet_darwin.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct scene {
    int network; /* our end of what is behind vmnet */
    int inside;
    struct interface_config config;
    struct interface_info info;
    struct interface *interface;
    struct batch batch;
    struct gather_list gathers;
    char log[4096]; /* what interface_start() logged */
};

static const char *const settings[] = {"FAKE_MACOS",       "FAKE_VMNET_FD",    "FAKE_VMNET_START", "FAKE_VMNET_EVENTS",
                                       "FAKE_VMNET_READ",  "FAKE_VMNET_WRITE", "FAKE_VMNET_STOP",  "FAKE_VMNET_LIST",
                                       "FAKE_BROKER"};

static int make_scene(void **state)
{
    static struct scene scene;
    int ends[2], large = 4 * 1024 * 1024;
    char number[16];

    memset(&scene, 0, sizeof(scene));
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0 || batch_create(&scene.batch) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &large, sizeof(large));
    scene.network = ends[0];
    scene.inside = ends[1];
    snprintf(number, sizeof(number), "%d", ends[1]);
    setenv("FAKE_VMNET_FD", number, 1);
    memcpy(scene.config.id, "\x28\x35\xe0\x74\x98\x92\x4a\x79\xaf\xfb\x7e\x41\xd2\x60\x56\x78", ID_SIZE);
    *state = &scene;
    return 0;
}

static int drop_scene(void **state)
{
    struct scene *scene = *state;

    if (scene->interface)
        interface_stop(scene->interface);
    close(scene->network);
    close(scene->inside);
    batch_destroy(&scene->batch);
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        unsetenv(settings[i]);
    return 0;
}

/* Run with stderr in scene->log. */
static int capture_begin(FILE **file)
{
    int saved = dup(STDERR_FILENO);

    *file = tmpfile();
    assert_non_null(*file);
    dup2(fileno(*file), STDERR_FILENO);
    return saved;
}

static void capture_end(struct scene *scene, FILE *file, int saved)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    scene->log[fread(scene->log, 1, sizeof(scene->log) - 1, file)] = '\0';
    fclose(file);
}

static void start(struct scene *scene)
{
    FILE *file;
    int saved = capture_begin(&file);

    scene->interface = interface_start(&scene->config, &scene->info);
    capture_end(scene, file, saved);
}

static void start_well(struct scene *scene)
{
    start(scene);
    if (!scene->interface)
        fail_msg("%s", scene->log);
}

static void assert_log(const struct scene *scene, const char *text)
{
    if (!strstr(scene->log, text))
        fail_msg("no \"%s\" in: %s", text, scene->log);
}

static void start_badly(struct scene *scene, const char *text)
{
    start(scene);
    assert_null(scene->interface);
    assert_log(scene, text);
}

/* ---- Starting ---- */

static void test_shared(void **state)
{
    struct scene *scene = *state;

    start_well(scene);
    assert_memory_equal(scene->info.mac, "\x0a\xd6\x36\xc1\xea\xf3", MAC_SIZE);
    assert_memory_equal(scene->info.id, scene->config.id, ID_SIZE);
    assert_true(scene->info.has_addresses);
    assert_int_equal(scene->info.start_address, 0xc0a84001);
    assert_int_equal(scene->info.subnet_mask, 0xffffff00);
    assert_true(scene->info.has_nat66_prefix);
    assert_string_equal(scene->info.nat66_prefix, "fd9b:5a14:ba57:e3d3::");
    assert_int_equal(scene->info.mtu, 1500);
    assert_int_equal(scene->info.max_packet_size, 1514);
    assert_int_equal(scene->info.read_max_packets, 256);
    assert_int_equal(scene->info.write_max_packets, 256);
}

static void test_host_with_addresses(void **state)
{
    struct scene *scene = *state;

    scene->config.mode = MODE_HOST;
    scene->config.has_addresses = true;
    scene->config.start_address = 0x0a050001;
    scene->config.end_address = 0x0a0500fe;
    scene->config.subnet_mask = 0xffffff00;
    scene->config.isolation = true;
    start_well(scene);
    assert_int_equal(scene->info.start_address, 0x0a050001);
    assert_int_equal(scene->info.end_address, 0x0a0500fe);
    assert_false(scene->info.has_nat66_prefix);
}

static void test_bridged(void **state)
{
    struct scene *scene = *state;

    scene->config.mode = MODE_BRIDGED;
    strcpy(scene->config.shared_interface, "en0");
    start_well(scene);
    assert_false(scene->info.has_addresses);
}

static void test_bridged_to_nothing(void **state)
{
    struct scene *scene = *state;

    scene->config.mode = MODE_BRIDGED;
    strcpy(scene->config.shared_interface, "en9");
    start_badly(scene, "--list-shared-interfaces");
}

static void test_offloads(void **state)
{
    struct scene *scene = *state;

    scene->config.tso = scene->config.checksum_offload = true;
    start_well(scene);
    assert_int_equal(scene->info.max_packet_size, 65550);
}

static void test_engine(void **state)
{
    struct scene *scene = *state;

    scene->config.engine = true;
    scene->config.checksum_offload = true; /* the engine's business then, not vmnet's */
    start_well(scene);
    assert_int_equal(scene->info.max_packet_size, 65550);
}

static void test_engine_needs_15_4(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_MACOS", "15.3", 1);
    scene->config.engine = true;
    start_badly(scene, "--offload-engine off");
}

static void test_limits_before_15(void **state)
{
    struct scene *scene = *state;

    setenv("FAKE_MACOS", "13.0", 1);
    start_well(scene);
    assert_int_equal(scene->info.read_max_packets, 200);
    assert_int_equal(scene->info.write_max_packets, 200);
}

static void test_late_completion(void **state)
{
    setenv("FAKE_VMNET_START", "late", 1);
    start_well(*state);
}

/* Each status says what the user can do. */
static void test_statuses(void **state)
{
    static const struct {
        const char *status, *text;
    } cases[] = {
        {"1001", "Internet Sharing"},    {"1002", "memory"},          {"1003", "invalid argument (1003)"},
        {"1004", "try again"},           {"1005", "sudo"},            {"1006", "MTU"},
        {"1007", "buffers exhausted"},   {"1008", "report"},          {"1009", "Internet Sharing off"},
        {"1010", "com.apple.security.virtualization"},                {"4711", "unknown status (4711)"},
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setenv("FAKE_VMNET_START", cases[i].status, 1);
        start_badly(scene, cases[i].text);
        /* One line, one reason. */
        assert_ptr_equal(strchr(scene->log, '\n'), scene->log + strlen(scene->log) - 1);
    }
}

static void test_no_interface(void **state)
{
    setenv("FAKE_VMNET_START", "null", 1);
    start_badly(*state, "sudo");
}

static void test_no_interface_and_a_status(void **state)
{
    setenv("FAKE_VMNET_START", "null:1009", 1);
    start_badly(*state, "sharing service busy (1009)");
}

static void test_no_parameters(void **state)
{
    setenv("FAKE_VMNET_START", "empty", 1);
    start_badly(*state, "told nothing");
}

static void test_no_mac(void **state)
{
    setenv("FAKE_VMNET_START", "nomac", 1);
    start_badly(*state, "MAC");
}

static void test_packets_too_large_for_us(void **state)
{
    setenv("FAKE_VMNET_START", "huge", 1);
    start_badly(*state, "packets of up to");
}

static void test_no_events(void **state)
{
    setenv("FAKE_VMNET_EVENTS", "1001", 1);
    start_badly(*state, "cannot watch");
}

static void test_no_completion(void **state)
{
    setenv("FAKE_VMNET_START", "never", 1);
    start_badly(*state, "within 10 s");
}

/* ---- Stopping ---- */

static void stop(struct scene *scene)
{
    FILE *file;
    int saved = capture_begin(&file);

    interface_stop(scene->interface);
    scene->interface = NULL;
    capture_end(scene, file, saved);
}

static void test_stop(void **state)
{
    struct scene *scene = *state;

    start_well(scene);
    stop(scene);
    assert_string_equal(scene->log, "");
}

static void test_stop_is_refused(void **state)
{
    setenv("FAKE_VMNET_STOP", "1001", 1);
    start_well(*state);
    stop(*state);
    assert_log(*state, "goes when the helper ends");
}

static void test_stop_fails(void **state)
{
    setenv("FAKE_VMNET_STOP", "late:1001", 1);
    start_well(*state);
    stop(*state);
    assert_log(*state, "failure (1001)");
}

static void test_stop_never_completes(void **state)
{
    setenv("FAKE_VMNET_STOP", "never", 1);
    start_well(*state);
    stop(*state);
    assert_log(*state, "within 5 s");
}

/* ---- Reading ---- */

static void send_frames(struct scene *scene, unsigned count, size_t length)
{
    static uint8_t data[65536];

    for (unsigned i = 0; i < count; i++) {
        memset(data, (int)i, length);
        assert_int_equal(send(scene->network, data, length, 0), length);
    }
}

/* Read until so many frames came; each is filled with its number, from `first` on. */
static void expect_frames(struct scene *scene, unsigned first, unsigned count, size_t length)
{
    for (unsigned seen = first; seen < first + count;) {
        int read = interface_read(scene->interface, &scene->batch, 10000);
        assert_true(read > 0);
        assert_int_equal(read, scene->batch.count);
        for (int i = 0; i < read; i++, seen++) {
            assert_int_equal(scene->batch.frames[i].length, length);
            assert_int_equal(scene->batch.frames[i].data[0], seen & 0xff);
            assert_int_equal(scene->batch.frames[i].data[length - 1], seen & 0xff);
            assert_int_equal(scene->batch.frames[i].offload.flags, 0);
        }
    }
}

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

/* ---- The broker ---- */

static void on_network(struct scene *scene, const char *network, const char *broker)
{
    setenv("FAKE_MACOS", "26.0", 1);
    setenv("FAKE_BROKER", broker, 1);
    strcpy(scene->config.network, network);
}

static void test_broker(void **state)
{
    struct scene *scene = *state;

    on_network(scene, "shared", "ok");
    start_well(scene);
    assert_true(scene->info.has_network);
    assert_false(scene->info.has_addresses);
    assert_int_equal(scene->info.network_subnet, 0xc0a88000);
    assert_int_equal(scene->info.network_mask, 0xffffff00);
    assert_string_equal(scene->info.network_prefix, "fd6d:5a24:3e62:4f9e::");
    assert_int_equal(scene->info.network_prefix_length, 64);
    send_frames(scene, 1, 100);
    expect_frames(scene, 0, 1, 100);
}

static void test_broker_errors(void **state)
{
    static const char *const texts[] = {"does not know", "XPC", "invalid reply", "may not use", "did not understand",
                                        "no network of that name", "could not create", "failed inside",
                                        "does not know"};
    char broker[16];

    for (int error = 0; error < 9; error++) {
        snprintf(broker, sizeof(broker), "error:%d", error);
        on_network(*state, "shared", broker);
        start_badly(*state, texts[error]);
    }
}

static void test_broker_is_not_there(void **state)
{
    on_network(*state, "shared", "gone");
    start_badly(*state, "install and start it");
}

static void test_broker_never_answers(void **state)
{
    on_network(*state, "shared", "never");
    start_badly(*state, "did not answer within 10 s");
}

static void test_broker_talks_nonsense(void **state)
{
    on_network(*state, "shared", "text");
    start_badly(*state, "no dictionary");
    on_network(*state, "shared", "empty");
    start_badly(*state, "neither a network nor an error");
}

static void test_broker_network_is_broken(void **state)
{
    on_network(*state, "broken", "ok");
    start_badly(*state, "cannot use the broker's network");
}

static void test_network_starts_badly(void **state)
{
    on_network(*state, "shared", "ok");
    setenv("FAKE_VMNET_START", "1010", 1);
    start_badly(*state, "not authorized (1010)");
}

static void test_networks_need_26(void **state)
{
    on_network(*state, "shared", "ok");
    setenv("FAKE_MACOS", "15.4", 1);
    start_badly(*state, "macOS 26");
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_shared),
        SCENE_TEST(test_host_with_addresses),
        SCENE_TEST(test_bridged),
        SCENE_TEST(test_bridged_to_nothing),
        SCENE_TEST(test_offloads),
        SCENE_TEST(test_engine),
        SCENE_TEST(test_engine_needs_15_4),
        SCENE_TEST(test_limits_before_15),
        SCENE_TEST(test_late_completion),
        SCENE_TEST(test_statuses),
        SCENE_TEST(test_no_interface),
        SCENE_TEST(test_no_interface_and_a_status),
        SCENE_TEST(test_no_parameters),
        SCENE_TEST(test_no_mac),
        SCENE_TEST(test_packets_too_large_for_us),
        SCENE_TEST(test_no_events),
        SCENE_TEST(test_no_completion),
        SCENE_TEST(test_stop),
        SCENE_TEST(test_stop_is_refused),
        SCENE_TEST(test_stop_fails),
        SCENE_TEST(test_stop_never_completes),
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
        SCENE_TEST(test_broker),
        SCENE_TEST(test_broker_errors),
        SCENE_TEST(test_broker_is_not_there),
        SCENE_TEST(test_broker_never_answers),
        SCENE_TEST(test_broker_talks_nonsense),
        SCENE_TEST(test_broker_network_is_broken),
        SCENE_TEST(test_network_starts_badly),
        SCENE_TEST(test_networks_need_26),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
