#include "helper/frame.h"

bool frame_length_is_good(size_t length, size_t max)
{
    return length >= FRAME_HEADER && length <= max && length <= FRAME_MAX;
}

bool frame_is_good(const struct frame *frame, size_t max)
{
    if (frame_length_is_good(frame->length, max))
        return true;
    return frame_length_is_good(frame->length, max + FRAME_TAG) && frame_is_tagged(frame);
}
