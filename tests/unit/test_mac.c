#include "common/mac.h"
#include "unit/unit.h"

#include <string.h>

static void addresses_come_back_in_lower_case(void **state)
{
    uint8_t mac[MAC_SIZE];
    char text[MAC_TEXT_SIZE];

    assert_int_equal(mac_parse("0A:d6:36:C1:ea:f3", mac), 0);
    assert_string_equal(mac_format(mac, text), "0a:d6:36:c1:ea:f3");
}

static void malformed_addresses_are_refused(void **state)
{
    static const char *const texts[] = {
        "", "0a:d6:36:c1:ea", "0a:d6:36:c1:ea:f3:", "0a:d6:36:c1:ea:f", "0a-d6-36-c1-ea-f3", "0a:d6:36:c1:ea:g3",
        "0ad636c1eaf3", " a:d6:36:c1:ea:f3", "00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff",
    };
    uint8_t mac[MAC_SIZE] = {9};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(mac_parse(texts[i], mac), -1);
    assert_int_equal(mac[0], 9);
}

static void a_seed_has_one_address(void **state)
{
    uint8_t one[MAC_SIZE], same[MAC_SIZE], other[MAC_SIZE];

    mac_from_seed("seed", 4, one);
    mac_from_seed("seed", 4, same);
    mac_from_seed("sead", 4, other);
    assert_memory_equal(one, same, MAC_SIZE);
    assert_memory_not_equal(one, other, MAC_SIZE);
}

static void addresses_from_seeds_are_local_and_unicast(void **state)
{
    for (unsigned seed = 0; seed < 256; seed++) {
        uint8_t mac[MAC_SIZE];
        mac_from_seed(&seed, sizeof(seed), mac);
        assert_int_equal(mac[0] & 3, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_come_back_in_lower_case),
        cmocka_unit_test(malformed_addresses_are_refused),
        cmocka_unit_test(a_seed_has_one_address),
        cmocka_unit_test(addresses_from_seeds_are_local_and_unicast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
