#include "helper/frame.h"

bool frame_length_is_good(size_t length, size_t max)
{
    return length >= FRAME_HEADER && length <= max && length <= FRAME_MAX;
}
