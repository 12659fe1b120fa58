/* Frames in a stream: whatever pieces it comes in, whatever pieces it goes in. */
#include "unit/unit.h"

#include "helper/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COUNT = 300, SMALL = 1514, GROUP = 8 };

static int ends[2]; /* the helper's, the VM's */
static struct channel channel;
static struct batch batch;

static int begin(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || batch_create(&batch) < 0 ||
        channel_create(&channel, FRAMING_STREAM) < 0)
        return -1;
    channel_open(&channel, ends[0]);
    return 0;
}

static int finish(void **state)
{
    channel_destroy(&channel);
    batch_destroy(&batch);
    close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
    return 0;
}

/* A frame that is known by its number: its length and its bytes follow from it. */
static size_t length_of(unsigned number)
{
    return 14 + number * 37 % 1501;
}

static size_t build(unsigned number, uint8_t *out)
{
    size_t length = length_of(number);

    out[0] = out[1] = 0;
    out[2] = (uint8_t)(length >> 8);
    out[3] = (uint8_t)length;
    for (size_t i = 0; i < length; i++)
        out[4 + i] = (uint8_t)(number + i);
    return 4 + length;
}

static void assert_frame(unsigned number, const uint8_t *data, size_t length)
{
    assert_int_equal(length, length_of(number));
    for (size_t i = 0; i < length; i++)
        assert_int_equal(data[i], (uint8_t)(number + i));
}

static void write_all(const void *data, size_t size)
{
    assert_int_equal(write(ends[1], data, size), (ssize_t)size);
}

static void write_length(uint32_t length)
{
    const uint8_t bytes[4] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};

    write_all(bytes, sizeof(bytes));
}

/* ---- Receiving ---- */

static void frames_come_in_one_write(void **state)
{
    static uint8_t data[COUNT * (4 + SMALL)];
    unsigned seen = 0;
    size_t size = 0;

    for (unsigned i = 0; i < 100; i++)
        size += build(i, data + size);
    write_all(data, size);
    while (seen < 100) {
        assert_true(channel_receive(&channel, &batch) > 0);
        for (unsigned i = 0; i < batch.count; i++)
            assert_frame(seen++, batch.frames[i].data, batch.frames[i].length);
    }
    assert_int_equal(channel_receive(&channel, &batch), -1);
    assert_true(channel_is_full(errno));
}

static void frames_come_byte_by_byte(void **state)
{
    uint8_t data[4 + SMALL];
    unsigned seen = 0;

    for (unsigned number = 0; number < 5; number++) {
        size_t size = build(number, data);
        for (size_t i = 0; i < size; i++) {
            write_all(data + i, 1);
            assert_int_equal(channel_receive(&channel, &batch), i + 1 == size);
        }
        assert_frame(seen++, batch.frames[0].data, batch.frames[0].length);
    }
}

static void frames_come_in_pieces_of_any_size(void **state)
{
    static uint8_t data[COUNT * (4 + SMALL)];
    size_t size = 0, at = 0;
    unsigned seen = 0;

    for (unsigned i = 0; i < COUNT; i++)
        size += build(i, data + size);
    srand(1);
    while (seen < COUNT) {
        size_t piece = 1 + (size_t)rand() % 4000;
        if (piece > size - at)
            piece = size - at;
        write_all(data + at, piece);
        at += piece;
        while (channel_receive(&channel, &batch) > 0)
            for (unsigned i = 0; i < batch.count; i++)
                assert_frame(seen++, batch.frames[i].data, batch.frames[i].length);
    }
    assert_int_equal(at, size);
}

static void frames_of_the_largest_size_come(void **state)
{
    static uint8_t data[FRAME_MAX];

    for (int i = 0; i < 10; i++) {
        data[FRAME_MAX - 1] = (uint8_t)i;
        write_length(FRAME_MAX);
        write_all(data, FRAME_MAX);
        while (channel_receive(&channel, &batch) == 0)
            ;
        assert_int_equal(batch.count, 1);
        assert_int_equal(batch.frames[0].length, FRAME_MAX);
        assert_int_equal(batch.frames[0].data[FRAME_MAX - 1], i);
    }
}

static void bad_length(uint32_t length)
{
    uint8_t data[4 + SMALL];

    /* What came before it is good. */
    write_all(data, build(7, data));
    write_length(length);
    assert_int_equal(channel_receive(&channel, &batch), 1);
    assert_frame(7, batch.frames[0].data, batch.frames[0].length);
    assert_int_equal(channel_receive(&channel, &batch), -1);
    assert_int_equal(batch.count, 0);
    assert_true(channel_is_gone(errno));
    assert_false(channel_is_full(errno));
}

static void a_length_of_0_is_the_end(void **state)
{
    bad_length(0);
}

static void a_length_over_the_maximum_is_the_end(void **state)
{
    bad_length(FRAME_MAX + 1);
}

static void a_length_over_31_bits_is_the_end(void **state)
{
    bad_length(UINT32_MAX);
}

static void the_end_of_the_stream_is_the_end(void **state)
{
    write_length(60);
    close(ends[1]);
    ends[1] = -1;
    assert_int_equal(channel_receive(&channel, &batch), 0);
    assert_int_equal(channel_receive(&channel, &batch), -1);
    assert_true(channel_is_gone(errno));
}

static void the_next_client_starts_anew(void **state)
{
    int next[2];
    uint8_t data[4 + SMALL];

    write_length(1000);
    assert_int_equal(channel_receive(&channel, &batch), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, next), 0);
    channel_open(&channel, next[0]);
    assert_int_equal(write(next[1], data, build(3, data)), (ssize_t)(4 + length_of(3)));
    assert_int_equal(channel_receive(&channel, &batch), 1);
    assert_frame(3, batch.frames[0].data, batch.frames[0].length);
    close(next[0]);
    close(next[1]);
}

/* ---- Sending ---- */

/* The VM reads up to size bytes, and checks the frames that are whole by then. */
struct reader {
    uint8_t data[COUNT * (4 + SMALL)];
    size_t size;
    unsigned seen;
};

static struct reader reader;

static void read_some(size_t size)
{
    while (size > 0) {
        ssize_t count = recv(ends[1], reader.data + reader.size, size, MSG_DONTWAIT);
        if (count <= 0)
            return;
        reader.size += (size_t)count;
        size -= (size_t)count;
    }
}

/* numbers: of the frames that went, in order. Returns how many bytes are left behind the last whole one. */
static size_t check_read(const unsigned *numbers, unsigned count)
{
    size_t at = 0;

    for (reader.seen = 0; reader.size - at >= 4; reader.seen++) {
        size_t length = (size_t)reader.data[at + 2] << 8 | reader.data[at + 3];
        if (reader.size - at - 4 < length)
            break;
        assert_true(reader.seen < count);
        assert_frame(numbers[reader.seen], reader.data + at + 4, length);
        at += 4 + length;
    }
    return reader.size - at;
}

/* As the segmenter makes them: header here, payload there. */
static struct segment segment_of(unsigned number, uint8_t room[4 + SMALL])
{
    size_t length = build(number, room) - 4, header = number % 2 ? length : 10;

    return (struct segment){.iov = {{room + 4, header}, {room + 4 + header, length - header}}};
}

static void frames_go(void **state)
{
    static uint8_t room[64][4 + SMALL];
    struct segment segments[64];
    unsigned numbers[64];

    memset(&reader, 0, sizeof(reader));
    for (unsigned i = 0; i < 64; i++) {
        segments[i] = segment_of(i, room[i]);
        numbers[i] = i;
    }
    assert_int_equal(channel_send(&channel, segments, 64), 64);
    assert_false(channel.unfinished);
    read_some(sizeof(reader.data));
    assert_int_equal(check_read(numbers, 64), 0);
    assert_int_equal(reader.seen, 64);
}

/* A VM that reads little at a time: what does not fit is not sent, what was begun is finished, and no
 * frame is broken. */
static void what_went_in_part_is_finished_first(void **state)
{
    static unsigned numbers[COUNT];
    static uint8_t rooms[GROUP][4 + SMALL];
    struct segment segments[GROUP];
    unsigned sent = 0, refused = 0, unfinished = 0, next = 0;
    int size = 4096;

    memset(&reader, 0, sizeof(reader));
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    while (sent < COUNT) {
        unsigned group = COUNT - sent < GROUP ? COUNT - sent : GROUP;
        for (unsigned i = 0; i < group; i++)
            segments[i] = segment_of(next + i, rooms[i]);
        int result = channel_send(&channel, segments, group);
        for (int i = 0; i < result; i++)
            numbers[sent++] = next + (unsigned)i;
        unfinished += channel.unfinished;
        next += group;
        if (result < (int)group)
            read_some(1000 + next % 7);
        if (result >= 0)
            continue;
        assert_true(channel_is_full(errno));
        refused++;
    }
    assert_true(refused > 0);
    assert_true(unfinished > 0);
    while (channel.unfinished) {
        read_some(sizeof(reader.data) - reader.size);
        channel_send(&channel, NULL, 0);
    }
    read_some(sizeof(reader.data) - reader.size);
    assert_int_equal(check_read(numbers, sent), 0);
    assert_int_equal(reader.seen, COUNT);
}

static void a_closed_end_is_told(void **state)
{
    uint8_t room[4 + SMALL];
    struct segment segment = segment_of(1, room);

    close(ends[1]);
    ends[1] = -1;
    assert_int_equal(channel_send(&channel, &segment, 1), -1);
    assert_true(channel_is_gone(errno));
}

#define STREAM_TEST(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(frames_come_in_one_write),
        STREAM_TEST(frames_come_byte_by_byte),
        STREAM_TEST(frames_come_in_pieces_of_any_size),
        STREAM_TEST(frames_of_the_largest_size_come),
        STREAM_TEST(a_length_of_0_is_the_end),
        STREAM_TEST(a_length_over_the_maximum_is_the_end),
        STREAM_TEST(a_length_over_31_bits_is_the_end),
        STREAM_TEST(the_end_of_the_stream_is_the_end),
        STREAM_TEST(the_next_client_starts_anew),
        STREAM_TEST(frames_go),
        STREAM_TEST(what_went_in_part_is_finished_first),
        STREAM_TEST(a_closed_end_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
