#include "helper/batch.h"
#include "unit/unit.h"

#include <string.h>

static void runts_and_giants_are_refused(void **state)
{
    assert_false(frame_length_is_good(0, 1514));
    assert_false(frame_length_is_good(4, 1514));
    assert_false(frame_length_is_good(13, 1514));
    assert_true(frame_length_is_good(14, 1514));
    assert_true(frame_length_is_good(1514, 1514));
    assert_false(frame_length_is_good(1515, 1514));
    assert_true(frame_length_is_good(FRAME_MAX, FRAME_MAX));
    assert_false(frame_length_is_good(FRAME_MAX + 1, SIZE_MAX));
    assert_false(frame_length_is_good(UINT32_MAX, FRAME_MAX));
}

static bool is_good(uint32_t length, uint16_t type)
{
    static uint8_t data[FRAME_BUFFER];
    const struct frame frame = {.length = length, .data = data};

    data[12] = (uint8_t)(type >> 8);
    data[13] = (uint8_t)type;
    return frame_is_good(&frame, 1514);
}

static void a_vlan_tag_comes_on_top(void **state)
{
    assert_true(is_good(1514, 0x0800));
    assert_false(is_good(1515, 0x0800));
    assert_false(is_good(1518, 0x0800));
    assert_true(is_good(1518, 0x8100));
    assert_true(is_good(1518, 0x88a8));
    assert_false(is_good(1519, 0x8100));
    assert_false(is_good(13, 0x8100));
    assert_false(is_good(1518, 0x8800));
}

static void the_header_is_virtios(void **state)
{
    assert_int_equal(sizeof(struct virtio_header), 10);
    assert_int_equal(offsetof(struct virtio_header, gso_size), 4);
    assert_int_equal(offsetof(struct virtio_header, checksum_offset), 8);
}

static void a_batch_has_room_for_each_of_its_frames(void **state)
{
    struct batch batch;

    assert_int_equal(batch_create(&batch), 0);
    assert_int_equal(batch.count, 0);
    for (int i = 0; i < BATCH_MAX; i++)
        memset(batch.frames[i].data, i, FRAME_BUFFER);
    for (int i = 0; i < BATCH_MAX; i++) {
        assert_int_equal(batch.frames[i].data[0], i);
        assert_int_equal(batch.frames[i].data[FRAME_BUFFER - 1], i);
    }
    batch_destroy(&batch);
    batch_destroy(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runts_and_giants_are_refused),
        cmocka_unit_test(a_vlan_tag_comes_on_top),
        cmocka_unit_test(the_header_is_virtios),
        cmocka_unit_test(a_batch_has_room_for_each_of_its_frames),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
