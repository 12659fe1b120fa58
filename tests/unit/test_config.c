/* The options of a VM: those given, those kept with it, and what follows from them. */
#include "unit/unit.h"
#include "harness/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct texts {
    const char *given[CONFIG_COUNT], *kept[CONFIG_KEPT];
};

static int quiet(void **state)
{
    int null = open("/dev/null", O_WRONLY);

    unsetenv("VMNET_NETNS");
    return null < 0 || dup2(null, STDERR_FILENO) < 0;
}

static void defaults_are_what_the_help_says(void **state)
{
    struct texts texts = {0};
    struct config config;

    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    assert_string_equal(config.driver->name, "qemu");
    assert_string_equal(config.image, "debian");
    assert_int_equal(config.connection, CONNECTION_FD);
    assert_int_equal(config.timeout, 120);
    assert_null(config.netns);
    assert_false(config.has_ip);
}

static void options_given_win_over_those_kept(void **state)
{
    struct texts texts = {.kept = {[CONFIG_IMAGE] = "tiny", [CONFIG_CPUS] = "3", [CONFIG_NETNS] = "lab"},
                          .given = {[CONFIG_CPUS] = "4"}};
    struct config config;

    assert_int_equal(config_fill(&config, "one", texts.given, texts.kept), 0);
    assert_string_equal(config.image, "tiny");
    assert_int_equal(config.cpus, 4);
    assert_string_equal(config.netns, "lab");
}

static void the_namespace_of_the_environment_wins_over_that_kept(void **state)
{
    struct texts texts = {.kept = {[CONFIG_NETNS] = "lab"}};
    struct config config;

    setenv("VMNET_NETNS", "other", 1);
    assert_int_equal(config_fill(&config, "one", texts.given, texts.kept), 0);
    assert_string_equal(config.netns, "other");
    texts.given[CONFIG_NETNS] = "mine";
    assert_int_equal(config_fill(&config, "one", texts.given, texts.kept), 0);
    assert_string_equal(config.netns, "mine");
    unsetenv("VMNET_NETNS");
}

static void the_interface_id_belongs_to_the_name(void **state)
{
    struct texts texts = {0};
    struct config one, again, two;

    assert_int_equal(config_fill(&one, "one", texts.given, NULL), 0);
    assert_int_equal(config_fill(&again, "one", texts.given, NULL), 0);
    assert_int_equal(config_fill(&two, "two", texts.given, NULL), 0);
    assert_string_equal(one.interface_id, again.interface_id);
    assert_string_not_equal(one.interface_id, two.interface_id);
}

static void the_helper_gets_its_own_options(void **state)
{
    struct texts texts = {.given = {[CONFIG_OPERATION_MODE] = "host", [CONFIG_ENABLE_ISOLATION] = "",
                                    [CONFIG_INTERFACE_ID] = "2835e074-9892-4a79-affb-7e41d2605678",
                                    [CONFIG_MEMORY] = "512"}};
    struct config config;
    struct words words = {0};

    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    config_add_helper_options(&config, &words);
    char *text = words_quoted(&words, false);
    assert_string_equal(text, "--interface-id 2835E074-9892-4A79-AFFB-7E41D2605678 --operation-mode host "
                              "--enable-isolation");
    free(text);
    words_free(&words);
}

static void each_driver_says_what_it_can(void **state)
{
    struct texts texts = {.given = {[CONFIG_DRIVER] = "krunkit", [CONFIG_ENABLE_OFFLOADING] = ""}};
    struct config config;
    struct words words = {0};

    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    assert_true(config.offloading);
    assert_false(config.magic);
    config_add_helper_options(&config, &words);
    assert_string_equal(words.list[words.count - 2], "--enable-tso");
    assert_string_equal(words.list[words.count - 1], "--enable-checksum-offload");
    words_free(&words);
    texts.given[CONFIG_DRIVER] = "vfkit";
    assert_int_equal(config_fill(&config, "one", texts.given, NULL), -1);
    texts.given[CONFIG_ENABLE_OFFLOADING] = NULL;
    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    assert_true(config.magic);
    texts.given[CONFIG_VFKIT_MAGIC] = "off";
    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    assert_false(config.magic);
    texts.given[CONFIG_CONNECTION] = "stream";
    assert_int_equal(config_fill(&config, "one", texts.given, NULL), -1);
}

static void dns_servers_are_a_list(void **state)
{
    struct texts texts = {.given = {[CONFIG_DNS_SERVERS] = "9.9.9.9,1.1.1.1"}};
    static const char *const bad[] = {"", ",", "9.9.9.9,", "9.9.9", "9.9.9.9 1.1.1.1",
                                      "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1"};
    struct config config;

    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    assert_int_equal(config.dns_count, 2);
    assert_int_equal(config.dns[1], 0x01010101);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        texts.given[CONFIG_DNS_SERVERS] = bad[i];
        assert_int_equal(config_fill(&config, "one", texts.given, NULL), -1);
    }
}

static void files_are_kept_by_absolute_paths(void **state)
{
    static const struct {
        enum config_option option;
        const char *text, *absolute;
    } cases[] = {
        {CONFIG_CLOUD_INIT, "a.yaml", "/f/a.yaml"},
        {CONFIG_PROVISION, "/x/a.sh", "/x/a.sh"},
        {CONFIG_DISK, "7\na.img\n/b.img", "7\n/f/a.img\n/b.img"},
        {CONFIG_DRIVER_COMMAND, "vfkit", "vfkit"},
        {CONFIG_DRIVER_COMMAND, "bin/vfkit", "/f/bin/vfkit"},
        {CONFIG_IMAGE, "tiny", "tiny"},
        {CONFIG_IMAGE, "./disk.img", "/f/./disk.img"},
        {CONFIG_IMAGE, "https://x/y", "https://x/y"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *text = config_absolute(cases[i].option, cases[i].text, "/f");
        assert_string_equal(text, cases[i].absolute);
        free(text);
    }
}

static void the_subnet_follows_mode_and_addresses(void **state)
{
    struct texts texts = {.given = {[CONFIG_OPERATION_MODE] = "host", [CONFIG_IP_ADDRESS] = "192.168.106.9"}};
    struct config config;
    uint32_t gateway, mask;

    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    assert_true(config.has_ip);
    assert_true(config.host_mode);
    assert_int_equal(config.ip, 0xc0a86a09);
    texts = (struct texts){.given = {[CONFIG_START_ADDRESS] = "10.1.0.1", [CONFIG_END_ADDRESS] = "10.1.255.254",
                                     [CONFIG_SUBNET_MASK] = "255.255.0.0", [CONFIG_IP_ADDRESS] = "10.1.9.9"}};
    assert_int_equal(config_fill(&config, "one", texts.given, NULL), 0);
    config_subnet(&config, &gateway, &mask);
    assert_int_equal(gateway, 0x0a010001);
    assert_int_equal(mask, 0xffff0000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_what_the_help_says),
        cmocka_unit_test(options_given_win_over_those_kept),
        cmocka_unit_test(the_namespace_of_the_environment_wins_over_that_kept),
        cmocka_unit_test(the_interface_id_belongs_to_the_name),
        cmocka_unit_test(the_helper_gets_its_own_options),
        cmocka_unit_test(each_driver_says_what_it_can),
        cmocka_unit_test(dns_servers_are_a_list),
        cmocka_unit_test(files_are_kept_by_absolute_paths),
        cmocka_unit_test(the_subnet_follows_mode_and_addresses),
    };

    return cmocka_run_group_tests(tests, quiet, NULL);
}
