/* Frames of a guest that is not trusted. A few bytes decide of what is pinned; then frames, each behind two bytes
 * of length. What passes must keep to what is the guest's own. */
#include "fuzz/input.h"
#include "helper/frame.h"
#include "helper/guard.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t own[MAC_SIZE] = {0x52, 0x54, 0, 1, 2, 3};

enum { ADDRESS = 0xc0a86902 };

static unsigned get16(const uint8_t *at)
{
    return (unsigned)(at[0] << 8 | at[1]);
}

/* The plain cases, read anew here: no tags, no options, not a fragment. */
static void check_passed(const struct guard *guard, const uint8_t *frame, size_t size)
{
    static const uint8_t address[4] = {0xc0, 0xa8, 0x69, 2}, none[4];
    bool leased = guard->address != 0;

    must(!guard->pinned || memcmp(frame + MAC_SIZE, guard->mac, MAC_SIZE) == 0);
    if (get16(frame + 12) == 0x0806 && size >= 42) {
        must(!guard->pinned || memcmp(frame + 22, guard->mac, MAC_SIZE) == 0);
        must(!leased || memcmp(frame + 28, address, 4) == 0 || memcmp(frame + 28, none, 4) == 0);
    }
    if (get16(frame + 12) != 0x0800 || size < 42 || frame[14] != 0x45)
        return;
    must(!leased || memcmp(frame + 26, address, 4) == 0 || memcmp(frame + 26, none, 4) == 0);
    if ((get16(frame + 20) & 0x1fff) == 0 && frame[23] == 17)
        must(get16(frame + 34) != 67);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guard guard;

    if (size < 1)
        return 0;
    guard_init(&guard, data[0] & 1 ? own : NULL);
    guard_begin(&guard);
    if (data[0] & 2)
        guard_lease(&guard, ADDRESS);
    data++;
    size--;
    while (size >= 2) {
        size_t length = get16(data) % 256;
        length = length < size - 2 ? length : size - 2;
        uint8_t *frame = malloc(length ? length : 1);
        must(frame);
        memcpy(frame, data + 2, length);
        if (length >= FRAME_HEADER && guard_judge(&guard, frame, length) == GUARD_PASSES)
            check_passed(&guard, frame, length);
        free(frame);
        data += 2 + length;
        size -= 2 + length;
    }
    return 0;
}
