#include "helper/info.h"
#include "unit/unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const struct interface_info shared = {
    .mac = {0x0a, 0xd6, 0x36, 0xc1, 0xea, 0xf3},
    .id = {0x28, 0x35, 0xe0, 0x74, 0x98, 0x92, 0x4a, 0x79, 0xaf, 0xfb, 0x7e, 0x41, 0xd2, 0x60, 0x56, 0x78},
    .has_addresses = true,
    .start_address = 0xc0a86901,
    .end_address = 0xc0a869fe,
    .subnet_mask = 0xffffff00,
    .has_nat66_prefix = true,
    .nat66_prefix = "fd9b:5a14:ba57:e3d3::",
    .mtu = 1500,
    .max_packet_size = 65550,
    .read_max_packets = 64,
    .write_max_packets = 32,
    .name = "vmt7",
};

static cJSON *parse(const struct interface_info *info)
{
    char *line = info_json(info);

    assert_non_null(line);
    assert_true(strlen(line) < INFO_MAX);
    assert_null(strchr(line, '\n'));
    cJSON *json = cJSON_Parse(line);
    free(line);
    assert_non_null(json);
    return json;
}

static void assert_text(const cJSON *json, const char *key, const char *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

    assert_true(cJSON_IsString(item));
    assert_string_equal(item->valuestring, value);
}

static void assert_number(const cJSON *json, const char *key, int value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

    assert_true(cJSON_IsNumber(item));
    assert_int_equal(item->valueint, value);
}

static void shared_mode_has_all_ten_keys(void **state)
{
    cJSON *json = parse(&shared);

    assert_text(json, "vmnet_mac_address", "0a:d6:36:c1:ea:f3");
    assert_text(json, "vmnet_interface_id", "2835E074-9892-4A79-AFFB-7E41D2605678");
    assert_text(json, "vmnet_start_address", "192.168.105.1");
    assert_text(json, "vmnet_end_address", "192.168.105.254");
    assert_text(json, "vmnet_subnet_mask", "255.255.255.0");
    assert_text(json, "vmnet_nat66_prefix", "fd9b:5a14:ba57:e3d3::");
    assert_number(json, "vmnet_mtu", 1500);
    assert_number(json, "vmnet_max_packet_size", 65550);
    assert_number(json, "vmnet_read_max_packets", 64);
    assert_number(json, "vmnet_write_max_packets", 32);
    assert_text(json, "helper_interface", "vmt7");
    assert_int_equal(cJSON_GetArraySize(json), 11);
    cJSON_Delete(json);
}

static void numbers_are_written_as_integers(void **state)
{
    char *line = info_json(&shared);

    assert_non_null(strstr(line, "\"vmnet_mtu\":1500,"));
    assert_non_null(strstr(line, "\"vmnet_max_packet_size\":65550"));
    free(line);
}

static void host_mode_has_no_prefix(void **state)
{
    struct interface_info info = shared;

    info.has_nat66_prefix = false;
    cJSON *json = parse(&info);
    assert_null(cJSON_GetObjectItem(json, "vmnet_nat66_prefix"));
    assert_int_equal(cJSON_GetArraySize(json), 10);
    cJSON_Delete(json);
}

static void bridged_mode_has_no_addresses(void **state)
{
    struct interface_info info = shared;

    info.has_addresses = info.has_nat66_prefix = false;
    cJSON *json = parse(&info);
    assert_null(cJSON_GetObjectItem(json, "vmnet_start_address"));
    assert_null(cJSON_GetObjectItem(json, "vmnet_subnet_mask"));
    assert_text(json, "vmnet_mac_address", "0a:d6:36:c1:ea:f3");
    cJSON_Delete(json);
}

static void names_are_escaped(void **state)
{
    struct interface_info info = shared;

    strcpy(info.name, "a\"b\\c\n\x01");
    cJSON *json = parse(&info);
    assert_text(json, "helper_interface", "a\"b\\c\n\x01");
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_mode_has_all_ten_keys),
        cmocka_unit_test(numbers_are_written_as_integers),
        cmocka_unit_test(host_mode_has_no_prefix),
        cmocka_unit_test(bridged_mode_has_no_addresses),
        cmocka_unit_test(names_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
