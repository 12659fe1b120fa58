/* Frames of all lengths into a capture: the file holds those that are frames, whole and in their order.
 * The input: three bytes a frame, two of length and one to fill it with. */
#include "helper/pcap.c"
#include "fuzz/input.h"

#include <stdlib.h>

static int file = -1;
static struct pcap *pcap;

static void begin_capture(void)
{
    file = memfd_create("capture", MFD_CLOEXEC);
    must(file >= 0);
    pcap = pcap_open_fd(file);
    must(pcap);
}

/* As after pcap_open(); but the ring goes on where it was. */
static void begin(void)
{
    must(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
    pcap->tail = pcap->head;
    pcap->record_start = pcap->record_end = pcap->head;
    pcap->missing = 0;
    pcap->stopping = true;
}

static void check_file(const struct frame *frames, unsigned count)
{
    static uint8_t data[FRAME_MAX];
    struct record_header header;
    off_t at = 0;

    for (unsigned i = 0; i < count; i++) {
        if (frames[i].length < FRAME_HEADER || frames[i].length > FRAME_MAX)
            continue;
        must(pread(file, &header, sizeof(header), at) == (ssize_t)sizeof(header));
        must(header.captured == frames[i].length && header.length == frames[i].length);
        at += (off_t)sizeof(header);
        must(pread(file, data, header.captured, at) == (ssize_t)header.captured);
        must(data[0] == frames[i].data[0] && data[header.captured - 1] == frames[i].data[0]);
        at += header.captured;
    }
    must(lseek(file, 0, SEEK_END) == at && pcap->missing == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct batch batch;

    if (!pcap)
        begin_capture();
    if (!batch.memory)
        must(batch_create(&batch) == 0);
    begin();
    batch.count = 0;
    for (; size >= 3 && batch.count < 8; data += 3, size -= 3) {
        struct frame *frame = &batch.frames[batch.count++];
        frame->length = (uint32_t)(data[0] << 8 | data[1]);
        /* Few are long: filling them is all the time. */
        if (data[2] & 7)
            frame->length %= 300;
        if (frame->length <= FRAME_MAX)
            memset(frame->data, data[2], frame->length);
    }
    pcap_add(pcap, &batch);
    write_all(pcap);
    check_file(batch.frames, batch.count);
    return 0;
}
