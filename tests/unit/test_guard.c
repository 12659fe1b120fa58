/* What a guest that is not trusted may say. */
#include "unit/unit.h"

#include "helper/guard.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t own[MAC_SIZE] = {0x92, 0xc9, 0x52, 0xb7, 0x6c, 0x08};
static const uint8_t other[MAC_SIZE] = {0x92, 0xc9, 0x52, 0xb7, 0x6c, 0x09};

enum { OWN_ADDRESS = 0xc0a86907, OTHER_ADDRESS = 0xc0a86908, ROOM = 600 };

struct built {
    uint8_t data[ROOM];
    size_t size;
};

static void put(struct built *frame, const void *data, size_t size)
{
    memcpy(frame->data + frame->size, data, size);
    frame->size += size;
}

#define PUT(frame, ...) put(frame, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void put_address(struct built *frame, uint32_t address)
{
    PUT(frame, (uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address);
}

static struct built ethernet(const uint8_t source[MAC_SIZE])
{
    struct built frame = {.size = 0};

    PUT(&frame, 255, 255, 255, 255, 255, 255);
    put(&frame, source, MAC_SIZE);
    return frame;
}

static struct built ipv4(uint32_t source, uint8_t protocol, uint16_t fragment)
{
    struct built frame = ethernet(own);

    PUT(&frame, 8, 0, 0x45, 0, 0, 40, 0, 0, (uint8_t)(fragment >> 8), (uint8_t)fragment, 64, protocol, 0, 0);
    put_address(&frame, source);
    put_address(&frame, 0xffffffff);
    return frame;
}

static struct built arp(const uint8_t sender[MAC_SIZE], uint32_t address)
{
    struct built frame = ethernet(own);

    PUT(&frame, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1);
    put(&frame, sender, MAC_SIZE);
    put_address(&frame, address);
    PUT(&frame, 0, 0, 0, 0, 0, 0, 192, 168, 105, 1);
    return frame;
}

static struct built ipv6(uint8_t next)
{
    struct built frame = ethernet(own);

    PUT(&frame, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 64, next, 255);
    for (int i = 0; i < 32; i++)
        PUT(&frame, (uint8_t)i);
    return frame;
}

/* Judged in memory of exactly its size: a sanitizer sees each byte too many. */
static enum guard_verdict judge(struct guard *guard, const struct built *frame)
{
    uint8_t *copy = malloc(frame->size);

    memcpy(copy, frame->data, frame->size);
    enum guard_verdict verdict = guard_judge(guard, copy, frame->size);
    free(copy);
    return verdict;
}

static enum guard_verdict judge_alone(const struct built *frame)
{
    struct guard guard;

    guard_init(&guard, own);
    return judge(&guard, frame);
}

static enum guard_verdict judge_leased(const struct built *frame)
{
    struct guard guard;

    guard_init(&guard, own);
    guard_lease(&guard, OWN_ADDRESS);
    return judge(&guard, frame);
}

static void the_first_mac_is_pinned(void **state)
{
    struct guard guard;
    const uint8_t group[MAC_SIZE] = {1, 0, 94, 0, 0, 1}, none[MAC_SIZE] = {0};
    struct built frame = ethernet(group);

    guard_init(&guard, NULL);
    PUT(&frame, 0x88, 0xb5);
    assert_int_equal(judge(&guard, &frame), GUARD_MAC);
    memcpy(frame.data + 6, none, MAC_SIZE);
    assert_int_equal(judge(&guard, &frame), GUARD_MAC);
    memcpy(frame.data + 6, other, MAC_SIZE);
    assert_int_equal(judge(&guard, &frame), GUARD_PASSES);
    memcpy(frame.data + 6, own, MAC_SIZE);
    assert_int_equal(judge(&guard, &frame), GUARD_MAC);
    guard_begin(&guard);
    assert_int_equal(judge(&guard, &frame), GUARD_PASSES);
}

static void a_given_mac_stays(void **state)
{
    struct guard guard;
    struct built frame = ethernet(other);

    guard_init(&guard, own);
    PUT(&frame, 0x88, 0xb5);
    assert_int_equal(judge(&guard, &frame), GUARD_MAC);
    guard_begin(&guard);
    assert_int_equal(judge(&guard, &frame), GUARD_MAC);
    memcpy(frame.data + 6, own, MAC_SIZE);
    assert_int_equal(judge(&guard, &frame), GUARD_PASSES);
}

static void any_address_passes_before_a_lease(void **state)
{
    struct built packet = ipv4(OTHER_ADDRESS, 6, 0), question = arp(own, OTHER_ADDRESS);

    assert_int_equal(judge_alone(&packet), GUARD_PASSES);
    assert_int_equal(judge_alone(&question), GUARD_PASSES);
}

static void the_leased_address_is_pinned(void **state)
{
    static const struct {
        uint32_t address;
        enum guard_verdict verdict;
    } cases[] = {{OWN_ADDRESS, GUARD_PASSES}, {0, GUARD_PASSES}, {OTHER_ADDRESS, GUARD_ADDRESS}};

    for (size_t i = 0; i < 3; i++) {
        struct built packet = ipv4(cases[i].address, 6, 0), question = arp(own, cases[i].address);
        assert_int_equal(judge_leased(&packet), cases[i].verdict);
        assert_int_equal(judge_leased(&question), cases[i].verdict);
    }
}

static void a_new_vm_has_no_lease_yet(void **state)
{
    struct guard guard;
    struct built packet = ipv4(OTHER_ADDRESS, 6, 0);

    guard_init(&guard, own);
    guard_lease(&guard, OWN_ADDRESS);
    guard_begin(&guard);
    assert_int_equal(judge(&guard, &packet), GUARD_PASSES);
}

static void fragments_are_of_one_address_too(void **state)
{
    struct built packet = ipv4(OTHER_ADDRESS, 17, 1), good = ipv4(OWN_ADDRESS, 17, 1);

    assert_int_equal(judge_leased(&packet), GUARD_ADDRESS);
    assert_int_equal(judge_leased(&good), GUARD_PASSES);
}

static void arp_speaks_for_the_own_mac(void **state)
{
    struct built frame = arp(other, OWN_ADDRESS);

    assert_int_equal(judge_leased(&frame), GUARD_MAC);
}

static void arp_of_other_kinds_is_unreadable(void **state)
{
    struct built frame = arp(own, OWN_ADDRESS), cut = arp(own, OWN_ADDRESS);

    frame.data[14 + 4] = 8;
    assert_int_equal(judge_alone(&frame), GUARD_UNREADABLE);
    cut.size--;
    assert_int_equal(judge_alone(&cut), GUARD_UNREADABLE);
}

static void dhcp_clients_pass_and_servers_do_not(void **state)
{
    struct built client = ipv4(0, 17, 0), server = ipv4(0, 17, 0), sneaky = ipv4(0, 17, 0), cut = ipv4(0, 17, 0);

    PUT(&client, 0, 68, 0, 67, 0, 8, 0, 0);
    PUT(&server, 0, 67, 0, 68, 0, 8, 0, 0);
    PUT(&sneaky, 4, 0, 0, 68, 0, 8, 0, 0);
    PUT(&cut, 0, 67, 0);
    assert_int_equal(judge_alone(&client), GUARD_PASSES);
    assert_int_equal(judge_alone(&server), GUARD_SERVER);
    assert_int_equal(judge_alone(&sneaky), GUARD_SERVER);
    assert_int_equal(judge_alone(&cut), GUARD_UNREADABLE);
}

static void dhcp_with_another_hardware_address_is_another_vm(void **state)
{
    struct built frame = ipv4(0, 17, 0);

    PUT(&frame, 0, 68, 0, 67, 0, 8 + 241, 0, 0, 1, 1, 6, 0);
    size_t message = frame.size - 4;
    frame.size = message + 241;
    memset(frame.data + message + 4, 0, 237);
    memcpy(frame.data + message + 28, other, MAC_SIZE);
    memcpy(frame.data + message + 236, (const uint8_t[]){99, 130, 83, 99, 255}, 5);
    assert_int_equal(judge_alone(&frame), GUARD_MAC);
    memcpy(frame.data + message + 28, own, MAC_SIZE);
    assert_int_equal(judge_alone(&frame), GUARD_PASSES);
}

static void ipv4_options_do_not_hide_the_ports(void **state)
{
    struct built frame = ipv4(0, 17, 0);

    frame.data[14] = 0x46;
    PUT(&frame, 1, 1, 1, 1, 0, 67, 0, 68, 0, 8, 0, 0);
    assert_int_equal(judge_alone(&frame), GUARD_SERVER);
}

static void icmp_of_routers(void **state)
{
    static const uint8_t types[] = {5, 9, 8, 0};

    for (size_t i = 0; i < sizeof(types); i++) {
        struct built frame = ipv4(0, 1, 0);
        PUT(&frame, types[i], 0, 0, 0);
        assert_int_equal(judge_alone(&frame), i < 2 ? GUARD_ROUTER : GUARD_PASSES);
    }
}

static void icmpv6_of_routers(void **state)
{
    static const uint8_t types[] = {134, 137, 133, 135, 136, 128};

    for (size_t i = 0; i < sizeof(types); i++) {
        struct built frame = ipv6(58);
        PUT(&frame, types[i], 0, 0, 0);
        assert_int_equal(judge_alone(&frame), i < 2 ? GUARD_ROUTER : GUARD_PASSES);
    }
}

static void dhcpv6_servers(void **state)
{
    struct built server = ipv6(17), client = ipv6(17);

    PUT(&server, 2, 35, 2, 34, 0, 8, 0, 0);
    PUT(&client, 2, 34, 2, 35, 0, 8, 0, 0);
    assert_int_equal(judge_alone(&server), GUARD_SERVER);
    assert_int_equal(judge_alone(&client), GUARD_PASSES);
}

static void extension_headers_do_not_hide_a_router(void **state)
{
    static const uint8_t kinds[] = {0, 43, 60};

    for (size_t i = 0; i < sizeof(kinds); i++) {
        struct built frame = ipv6(kinds[i]);
        PUT(&frame, 60, 0, 1, 4, 0, 0, 0, 0);
        PUT(&frame, 58, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        PUT(&frame, 134, 0);
        assert_int_equal(judge_alone(&frame), GUARD_ROUTER);
    }
}

static void an_authentication_header_counts_in_other_units(void **state)
{
    struct built frame = ipv6(51);

    PUT(&frame, 58, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
    PUT(&frame, 134, 0);
    assert_int_equal(judge_alone(&frame), GUARD_ROUTER);
}

static void fragments_do_not_hide_a_router(void **state)
{
    struct built first = ipv6(44), hidden = ipv6(44), later = ipv6(44);

    PUT(&first, 58, 0, 0, 1, 0, 0, 0, 1, 134, 0);
    assert_int_equal(judge_alone(&first), GUARD_ROUTER);
    /* The chain of headers goes on in the next fragment. */
    PUT(&hidden, 60, 0, 0, 1, 0, 0, 0, 1, 58, 1, 1, 12, 0, 0, 0, 0);
    assert_int_equal(judge_alone(&hidden), GUARD_UNREADABLE);
    PUT(&later, 58, 0, 0, 8, 0, 0, 0, 1, 134, 0);
    assert_int_equal(judge_alone(&later), GUARD_PASSES);
}

static void too_many_extension_headers_are_unreadable(void **state)
{
    struct built frame = ipv6(60);

    for (int i = 0; i < 20; i++)
        PUT(&frame, 60, 0, 1, 4, 0, 0, 0, 0);
    assert_int_equal(judge_alone(&frame), GUARD_UNREADABLE);
}

static void other_protocols_pass(void **state)
{
    struct built tcp = ipv6(6), none = ipv6(59), other_type = ethernet(own);

    PUT(&other_type, 0x88, 0xb5);
    assert_int_equal(judge_alone(&tcp), GUARD_PASSES);
    assert_int_equal(judge_alone(&none), GUARD_PASSES);
    assert_int_equal(judge_alone(&other_type), GUARD_PASSES);
}

static void insert_tag(struct built *frame, uint8_t high, uint8_t low)
{
    memmove(frame->data + 16, frame->data + 12, frame->size - 12);
    memcpy(frame->data + 12, (const uint8_t[]){high, low, 0, 0}, 4);
    frame->size += 4;
}

static void vlan_tags_hide_nothing(void **state)
{
    struct built frame = ipv4(OTHER_ADDRESS, 6, 0);

    insert_tag(&frame, 0x81, 0);
    assert_int_equal(judge_leased(&frame), GUARD_ADDRESS);
    insert_tag(&frame, 0x88, 0xa8);
    assert_int_equal(judge_leased(&frame), GUARD_ADDRESS);
    insert_tag(&frame, 0x81, 0);
    assert_int_equal(judge_leased(&frame), GUARD_UNREADABLE);
}

static void a_tag_at_the_end_is_unreadable(void **state)
{
    struct built frame = ethernet(own);

    PUT(&frame, 0x81, 0, 0, 0);
    frame.size = 14;
    assert_int_equal(judge_alone(&frame), GUARD_UNREADABLE);
}

/* Each length of each frame, and each byte of it another: nothing is read outside. */
static void nothing_outside_is_read(void **state)
{
    struct built frames[] = {ipv4(0, 17, 0), ipv6(44), arp(own, 1), ipv6(51)};

    srand(1);
    for (size_t i = 0; i < 4; i++)
        for (size_t size = 14; size <= frames[i].size; size++)
            for (int round = 0; round < 200; round++) {
                struct built frame = frames[i];
                frame.size = size;
                frame.data[12 + (size_t)rand() % (size - 12)] = (uint8_t)rand();
                assert_in_range(judge_leased(&frame), GUARD_PASSES, GUARD_UNREADABLE);
            }
}

static void what_is_dropped_is_told_once_in_a_while(void **state)
{
    struct guard guard;
    struct built frame = ethernet(other);

    guard_init(&guard, own);
    PUT(&frame, 0x88, 0xb5);
    for (int i = 0; i < 1000; i++)
        assert_false(guard_passes(&guard, frame.data, frame.size));
    /* One line told of the first; the rest waits. */
    assert_true(guard.dropped[GUARD_MAC].count >= 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_mac_is_pinned),
        cmocka_unit_test(a_given_mac_stays),
        cmocka_unit_test(any_address_passes_before_a_lease),
        cmocka_unit_test(the_leased_address_is_pinned),
        cmocka_unit_test(a_new_vm_has_no_lease_yet),
        cmocka_unit_test(fragments_are_of_one_address_too),
        cmocka_unit_test(arp_speaks_for_the_own_mac),
        cmocka_unit_test(arp_of_other_kinds_is_unreadable),
        cmocka_unit_test(dhcp_clients_pass_and_servers_do_not),
        cmocka_unit_test(dhcp_with_another_hardware_address_is_another_vm),
        cmocka_unit_test(ipv4_options_do_not_hide_the_ports),
        cmocka_unit_test(icmp_of_routers),
        cmocka_unit_test(icmpv6_of_routers),
        cmocka_unit_test(dhcpv6_servers),
        cmocka_unit_test(extension_headers_do_not_hide_a_router),
        cmocka_unit_test(an_authentication_header_counts_in_other_units),
        cmocka_unit_test(fragments_do_not_hide_a_router),
        cmocka_unit_test(too_many_extension_headers_are_unreadable),
        cmocka_unit_test(other_protocols_pass),
        cmocka_unit_test(vlan_tags_hide_nothing),
        cmocka_unit_test(a_tag_at_the_end_is_unreadable),
        cmocka_unit_test(nothing_outside_is_read),
        cmocka_unit_test(what_is_dropped_is_told_once_in_a_while),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
