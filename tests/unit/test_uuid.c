#include "common/uuid.h"
#include "unit/unit.h"

#include <string.h>

static void ids_come_back_in_upper_case(void **state)
{
    uint8_t id[ID_SIZE];
    char text[ID_TEXT_SIZE];

    assert_int_equal(id_parse("2835e074-9892-4A79-affb-7e41d2605678", id), 0);
    assert_string_equal(id_format(id, text), "2835E074-9892-4A79-AFFB-7E41D2605678");
}

static void malformed_ids_are_refused(void **state)
{
    static const char *const texts[] = {"", "2835e074", "2835e07498924a79affb7e41d2605678",
                                        "2835e074-9892-4a79-affb-7e41d260567", "2835e074-9892-4a79-affb-7e41d26056789",
                                        "2835e074-9892-4a79-affb-7e41d260567g", "2835e0749-892-4a79-affb-7e41d2605678",
                                        "{835e074-9892-4a79-affb-7e41d2605678", "2835e074 9892 4a79 affb 7e41d2605678"};
    uint8_t id[ID_SIZE] = {9};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(id_parse(texts[i], id), -1);
    assert_int_equal(id[0], 9);
}

static void random_ids_differ_and_are_version_4(void **state)
{
    uint8_t one[ID_SIZE], other[ID_SIZE];

    assert_int_equal(id_random(one), 0);
    assert_int_equal(id_random(other), 0);
    assert_memory_not_equal(one, other, ID_SIZE);
    assert_int_equal(one[6] >> 4, 4);
    assert_int_equal(one[8] >> 6, 2);
}

static void a_seed_has_one_id(void **state)
{
    uint8_t one[ID_SIZE], same[ID_SIZE];

    id_from_seed("demo", 4, one);
    id_from_seed("demo", 4, same);
    assert_memory_equal(one, same, ID_SIZE);
    assert_int_equal(one[6] >> 4, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_back_in_upper_case),
        cmocka_unit_test(malformed_ids_are_refused),
        cmocka_unit_test(random_ids_differ_and_are_version_4),
        cmocka_unit_test(a_seed_has_one_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
