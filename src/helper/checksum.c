#include "helper/checksum.h"
#include "helper/checksum_fast.h"
#include "helper/offload_fields.h"

int checksum_complete(struct frame *frame)
{
    if (!(frame->offload.flags & VIRTIO_NEEDS_CHECKSUM))
        return 0;

    size_t start = frame->offload.checksum_start;
    size_t field = start + frame->offload.checksum_offset;
    if (start < FRAME_HEADER || field + 2 > frame->length)
        return -1;

    uint16_t sum = (uint16_t)~checksum_fast_fold(checksum_fast_sum(frame->data + start, frame->length - start));
    /* A UDP checksum of zero means none (RFC 768); 0xffff is the same number to ones' complement. */
    if (sum == 0 && frame->offload.checksum_offset == UDP_CHECKSUM)
        sum = 0xffff;
    put_raw16(frame->data + field, sum);
    frame->offload.flags &= (uint8_t)~VIRTIO_NEEDS_CHECKSUM;
    return 0;
}
