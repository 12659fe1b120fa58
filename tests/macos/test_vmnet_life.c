/* Starting and stopping interfaces of the fake vmnet, with and without its broker: what goes well, and
 * each failure that the real one may give. */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    assert_int_equal(scene->info.max_packet_size, 1514); /* what the VM sees */
    assert_true(scene->info.virtio_headers);
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

/* ---- What needs no interface ---- */

static void add_name(const char *name, void *context)
{
    strcat(strcat(context, name), " ");
}

static void test_list(void **state)
{
    char names[64] = "";

    setenv("FAKE_VMNET_LIST", "en0,en1", 1);
    assert_int_equal(interface_list_shared(add_name, names), 0);
    assert_string_equal(names, "en0 en1 ");
}

static void test_no_list(void **state)
{
    struct scene *scene = *state;
    char names[64] = "";
    FILE *file;

    setenv("FAKE_VMNET_LIST", "none", 1);
    int saved = capture_begin(&file);
    int result = interface_list_shared(add_name, names);
    capture_end(scene, file, saved);
    assert_int_equal(result, -1);
    assert_log(scene, "ifconfig -l");
}

static void test_what_this_macos_has(void **state)
{
    setenv("FAKE_MACOS", "26.0", 1);
    assert_true(interface_takes_networks());
    setenv("FAKE_MACOS", "15.4", 1);
    assert_false(interface_takes_networks());
    assert_false(interface_restricts_bridges());
    assert_false(interface_prefers_engine());
}

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
        SCENE_TEST(test_broker),
        SCENE_TEST(test_broker_errors),
        SCENE_TEST(test_broker_is_not_there),
        SCENE_TEST(test_broker_never_answers),
        SCENE_TEST(test_broker_talks_nonsense),
        SCENE_TEST(test_broker_network_is_broken),
        SCENE_TEST(test_network_starts_badly),
        SCENE_TEST(test_networks_need_26),
        SCENE_TEST(test_list),
        SCENE_TEST(test_no_list),
        SCENE_TEST(test_what_this_macos_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
