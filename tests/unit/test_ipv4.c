#include "common/ipv4.h"
#include "unit/unit.h"

static void addresses_come_back_as_they_went(void **state)
{
    static const char *const texts[] = {"0.0.0.0", "192.168.105.1", "255.255.255.255", "10.0.0.9"};
    char text[IPV4_TEXT_SIZE];
    uint32_t address;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(ipv4_parse(texts[i], &address), 0);
        assert_string_equal(ipv4_format(address, text), texts[i]);
    }
    assert_int_equal(ipv4_parse("1.2.3.4", &address), 0);
    assert_int_equal(address, 0x01020304);
}

static void malformed_addresses_are_refused(void **state)
{
    static const char *const texts[] = {
        "", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "01.2.3.4", "1.2.3.4 ",
        " 1.2.3.4", "1..3.4", "-1.2.3.4", "1.2.3.4/24", "0x1.2.3.4", "a.b.c.d", "1.2.3.999", "1.2.3.1000", "16909060",
        "1,2,3,4",
    };
    uint32_t address = 7;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(ipv4_parse(texts[i], &address), -1);
    assert_int_equal(address, 7);
}

static bool is_private(const char *text)
{
    uint32_t address;

    assert_int_equal(ipv4_parse(text, &address), 0);
    return ipv4_is_private(address);
}

static void private_addresses(void **state)
{
    assert_true(is_private("10.0.0.0"));
    assert_true(is_private("10.255.255.255"));
    assert_true(is_private("172.16.0.0"));
    assert_true(is_private("172.31.255.255"));
    assert_true(is_private("192.168.0.0"));
    assert_true(is_private("192.168.255.255"));
    assert_false(is_private("9.255.255.255"));
    assert_false(is_private("11.0.0.0"));
    assert_false(is_private("172.15.255.255"));
    assert_false(is_private("172.32.0.0"));
    assert_false(is_private("192.167.255.255"));
    assert_false(is_private("192.169.0.0"));
    assert_false(is_private("0.0.0.0"));
}

static void masks_are_ones_then_zeros(void **state)
{
    for (unsigned length = 1; length < 32; length++) {
        uint32_t mask = ~0U << (32 - length);
        assert_true(ipv4_is_mask(mask));
        assert_int_equal(ipv4_prefix_length(mask), length);
    }
    assert_false(ipv4_is_mask(0));
    assert_false(ipv4_is_mask(~0U));
    assert_false(ipv4_is_mask(0xff00ff00));
    assert_false(ipv4_is_mask(0x00ffffff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_come_back_as_they_went),
        cmocka_unit_test(malformed_addresses_are_refused),
        cmocka_unit_test(private_addresses),
        cmocka_unit_test(masks_are_ones_then_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
