/* Which frames claim an IPv6 address. */
#include "unit/unit.h"

#include "helper/neighbour.h"

#include <stdlib.h>
#include <string.h>

enum { IP = 14, MESSAGE = IP + 40, SIZE = MESSAGE + 24 };

static const uint8_t target[16] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x90, 0xc9, 0x52, 0xff, 0xfe, 0xb7, 0x6c, 8};

/* A solicitation (135) from :: or an advertisement (136) from the address itself. */
static void build(uint8_t frame[SIZE], uint8_t type)
{
    memset(frame, 0, SIZE);
    frame[12] = 0x86;
    frame[13] = 0xdd;
    frame[IP] = 0x60;
    frame[IP + 5] = 24;
    frame[IP + 6] = 58;
    frame[IP + 7] = 255;
    frame[MESSAGE] = type;
    memcpy(frame + MESSAGE + 8, target, 16);
    if (type == 136)
        memcpy(frame + IP + 8, target, 16);
}

static bool claims(const uint8_t *frame, size_t size)
{
    uint8_t address[16];
    uint8_t *copy = malloc(size);

    memcpy(copy, frame, size);
    bool result = neighbour_is_claimed(copy, size, address);
    free(copy);
    if (result)
        assert_memory_equal(address, target, 16);
    return result;
}

static void asking_before_taking_is_a_claim(void **state)
{
    uint8_t frame[SIZE];

    build(frame, 135);
    assert_true(claims(frame, SIZE));
}

static void an_advertisement_is_a_claim(void **state)
{
    uint8_t frame[SIZE];

    build(frame, 136);
    assert_true(claims(frame, SIZE));
}

static void asking_for_a_neighbour_is_none(void **state)
{
    uint8_t frame[SIZE];

    build(frame, 135);
    frame[IP + 8] = 0xfe;
    assert_false(claims(frame, SIZE));
}

static void what_is_wrong_is_none(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {
        {13, 0}, {IP, 0x40}, {IP + 5, 23}, {IP + 6, 17}, {IP + 7, 254}, {MESSAGE, 134}, {MESSAGE + 1, 1},
        {MESSAGE + 8, 0xff},
    };
    uint8_t frame[SIZE];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        build(frame, 136);
        frame[wrong[i].at] = wrong[i].value;
        assert_false(claims(frame, SIZE));
    }
    build(frame, 136);
    for (size_t size = 14; size < SIZE; size++)
        assert_false(claims(frame, size));
}

static void an_address_is_new_once(void **state)
{
    struct neighbours neighbours = {0};
    uint8_t address[16] = {0xfd};

    assert_true(neighbour_is_new(&neighbours, target));
    assert_false(neighbour_is_new(&neighbours, target));
    for (unsigned i = 0; i < 3 * NEIGHBOUR_KNOWN; i++) {
        address[15] = (uint8_t)i;
        assert_true(neighbour_is_new(&neighbours, address));
        assert_false(neighbour_is_new(&neighbours, address));
    }
    /* So many others have made it forgotten. */
    assert_true(neighbour_is_new(&neighbours, target));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_before_taking_is_a_claim),
        cmocka_unit_test(an_advertisement_is_a_claim),
        cmocka_unit_test(asking_for_a_neighbour_is_none),
        cmocka_unit_test(what_is_wrong_is_none),
        cmocka_unit_test(an_address_is_new_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
