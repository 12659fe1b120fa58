#include "helper/lease.h"
#include "unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { IP = 14, UDP = 34, BOOTP = 42, OPTIONS = BOOTP + 240, ROOM = 400 };

static const uint8_t guest[MAC_SIZE] = {0x92, 0xc9, 0x52, 0xb7, 0x6c, 0x08};

static size_t finish(uint8_t *frame, size_t length)
{
    size_t udp = length - UDP;

    frame[UDP + 4] = (uint8_t)(udp >> 8);
    frame[UDP + 5] = (uint8_t)udp;
    return length;
}

/* A message without options from one port to the other. */
static void start(uint8_t *frame, uint8_t operation, uint8_t from, uint8_t to)
{
    static const uint8_t cookie[4] = {99, 130, 83, 99};

    memset(frame, 0, ROOM);
    frame[12] = 8;
    frame[IP] = 0x45;
    frame[IP + 9] = 17;
    frame[UDP + 1] = from;
    frame[UDP + 3] = to;
    frame[BOOTP] = operation;
    frame[BOOTP + 1] = 1;
    frame[BOOTP + 2] = 6;
    memcpy(frame + BOOTP + 28, guest, MAC_SIZE);
    memcpy(frame + BOOTP + 236, cookie, sizeof(cookie));
}

/* 192.168.105.7 for an hour. */
static size_t build_ack(uint8_t *frame)
{
    static const uint8_t options[] = {0, 0, 53, 1, 5, 54, 4, 192, 168, 105, 1, 51, 4, 0, 0, 14, 16, 255};
    static const uint8_t address[] = {192, 168, 105, 7};

    start(frame, 2, 67, 68);
    memcpy(frame + BOOTP + 16, address, sizeof(address));
    memcpy(frame + OPTIONS, options, sizeof(options));
    return finish(frame, OPTIONS + sizeof(options));
}

static void an_ack_gives_an_address(void **state)
{
    uint8_t frame[ROOM];
    struct lease lease;
    size_t length = build_ack(frame);

    assert_true(lease_is_given(frame, length, &lease));
    assert_int_equal(lease.address, 0xc0a86907);
    assert_int_equal(lease.seconds, 3600);
    assert_memory_equal(lease.mac, guest, MAC_SIZE);
    /* Padding of the frame does not matter. */
    assert_true(lease_is_given(frame, ROOM, &lease));
}

static void other_messages_give_none(void **state)
{
    uint8_t frame[ROOM];
    struct lease lease;
    size_t length = build_ack(frame);

    for (uint8_t type = 0; type < 9; type++) {
        frame[OPTIONS + 4] = type;
        assert_int_equal(lease_is_given(frame, length, &lease), type == 5);
    }
    length = build_ack(frame);
    memset(frame + BOOTP + 16, 0, 4); /* the answer to a DHCPINFORM */
    assert_false(lease_is_given(frame, length, &lease));
    length = build_ack(frame);
    frame[OPTIONS + 11] = 200; /* no lease time */
    assert_false(lease_is_given(frame, length, &lease));
    length = build_ack(frame);
    frame[IP + 6] = 0x20; /* a fragment */
    assert_false(lease_is_given(frame, length, &lease));
    length = build_ack(frame);
    frame[IP + 7] = 1;
    assert_false(lease_is_given(frame, length, &lease));
    length = build_ack(frame);
    frame[UDP + 1] = 66; /* another port */
    assert_false(lease_is_given(frame, length, &lease));
    length = build_ack(frame);
    frame[BOOTP + 239]++; /* BOOTP without DHCP */
    assert_false(lease_is_given(frame, length, &lease));
}

static void a_request_tells_who_asks(void **state)
{
    uint8_t frame[ROOM], mac[MAC_SIZE];
    struct lease lease;

    start(frame, 1, 68, 67);
    size_t length = finish(frame, OPTIONS + 4);
    assert_true(lease_is_request(frame, length, mac));
    assert_memory_equal(mac, guest, MAC_SIZE);
    assert_false(lease_is_given(frame, length, &lease));
    length = build_ack(frame);
    assert_false(lease_is_request(frame, length, mac));
}

/* In memory of exactly the length, so that a sanitizer sees any read behind it. */
static bool is_given_in_exact_room(const uint8_t *frame, size_t length)
{
    uint8_t *exact = malloc(length ? length : 1);
    struct lease lease;

    assert_non_null(exact);
    memcpy(exact, frame, length);
    bool given = lease_is_given(exact, length, &lease);
    free(exact);
    return given;
}

static void every_cut_is_refused(void **state)
{
    uint8_t frame[ROOM];
    size_t length = build_ack(frame);

    for (size_t cut = 0; cut < length; cut++)
        assert_false(is_given_in_exact_room(frame, cut));
    /* Cut with a UDP length that agrees: good only if nothing of the lease time is missing. */
    for (size_t cut = BOOTP; cut < length; cut++) {
        build_ack(frame);
        finish(frame, cut);
        assert_int_equal(is_given_in_exact_room(frame, cut), cut >= OPTIONS + 17);
    }
}

static void lengths_that_lie(void **state)
{
    uint8_t frame[ROOM];
    size_t length = build_ack(frame);

    for (int value = 0; value < 256; value++)
        for (size_t at = IP; at < length; at++) {
            build_ack(frame);
            frame[at] = (uint8_t)value;
            is_given_in_exact_room(frame, length);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ack_gives_an_address),
        cmocka_unit_test(other_messages_give_none),
        cmocka_unit_test(a_request_tells_who_asks),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(lengths_that_lie),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
