/* datagram_darwin.c on sockets with Darwin's rules. */
#include "helper/datagram.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct cable {
    int near, far;
    struct batch out, in;
    struct segment segments[BATCH_MAX];
    unsigned count;
};

static int make_cable(void **state)
{
    static struct cable cable;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0 || batch_create(&cable.out) < 0 || batch_create(&cable.in) < 0)
        return -1;
    cable.near = ends[0];
    cable.far = ends[1];
    datagram_set_buffers(cable.near);
    datagram_set_buffers(cable.far);
    for (unsigned i = 0; i < BATCH_MAX; i++)
        memset(cable.out.frames[i].data, (int)i, 1514);
    *state = &cable;
    return 0;
}

static int drop_cable(void **state)
{
    struct cable *cable = *state;

    close(cable->near);
    if (cable->far >= 0)
        close(cable->far);
    batch_destroy(&cable->out);
    batch_destroy(&cable->in);
    unsetenv("FAKE_SENDMSG_X");
    unsetenv("FAKE_RECVMSG_X");
    return 0;
}

static void set_lengths(struct cable *cable, unsigned count, uint32_t length)
{
    cable->count = count;
    /* In two parts, as the segmenter gives them; the first in one. */
    for (unsigned i = 0; i < count; i++) {
        uint8_t *data = cable->out.frames[i].data;
        size_t head = i == 0 ? length : 54;
        cable->segments[i] = (struct segment){{{data, head}, {data + head, length - head}}};
    }
}

/* Send all, as the forwarder does; returns the calls it took. */
static unsigned send_all(struct cable *cable)
{
    unsigned done = 0, calls = 0;

    while (done < cable->count) {
        int sent = datagram_send(cable->near, &cable->segments[done], cable->count - done);
        assert_true(sent > 0);
        done += (unsigned)sent;
        calls++;
    }
    return calls;
}

static unsigned receive_all(struct cable *cable, uint32_t length)
{
    unsigned count = 0;

    while (datagram_receive(cable->far, &cable->in) > 0)
        for (unsigned i = 0; i < cable->in.count; i++, count++) {
            assert_int_equal(cable->in.frames[i].length, length);
            assert_int_equal(cable->in.frames[i].data[length - 1], count);
        }
    assert_int_equal(errno, EAGAIN);
    return count;
}

static void test_a_batch_goes_in_order(void **state)
{
    struct cable *cable = *state;

    set_lengths(cable, BATCH_MAX, 1514);
    assert_int_equal(send_all(cable), 1);
    assert_int_equal(receive_all(cable, 1514), BATCH_MAX);
}

static void test_a_batch_over_the_send_buffer_goes_in_parts(void **state)
{
    struct cable *cable = *state;

    for (unsigned i = 0; i < 4; i++)
        memset(cable->out.frames[i].data, (int)i, FRAME_MAX);
    set_lengths(cable, 4, FRAME_MAX);
    assert_true(send_all(cable) > 1);
    assert_int_equal(receive_all(cable, FRAME_MAX), 4);
}

/* Singles carry everything when the batched calls fail with what no single call fails with. */
static void check_fallback(struct cable *cable, const char *name, int error)
{
    char number[16];

    snprintf(number, sizeof(number), "%d", error);
    setenv(name, number, 1);
    set_lengths(cable, 5, 100);
    send_all(cable);
    assert_int_equal(receive_all(cable, 100), 5);
}

static void test_no_sendmsg_x(void **state)
{
    check_fallback(*state, "FAKE_SENDMSG_X", ENOSYS);
}

static void test_sendmsg_x_refuses(void **state)
{
    check_fallback(*state, "FAKE_SENDMSG_X", EMSGSIZE);
}

static void test_no_recvmsg_x(void **state)
{
    check_fallback(*state, "FAKE_RECVMSG_X", ENOSYS);
}

static void test_recvmsg_x_refuses(void **state)
{
    check_fallback(*state, "FAKE_RECVMSG_X", EINVAL);
}

static void test_a_full_peer_is_told_and_not_waited_for(void **state)
{
    struct cable *cable = *state;
    int sent;

    set_lengths(cable, BATCH_MAX, 1514);
    for (int i = 0; i < 10000; i++)
        if ((sent = datagram_send(cable->near, cable->segments, cable->count)) < 0)
            break;
    assert_int_equal(sent, -1);
    assert_int_equal(errno, ENOBUFS);
}

static void test_a_datagram_over_the_limit_is_told(void **state)
{
    struct cable *cable = *state;
    uint8_t *large = calloc(1, 300 * 1024);
    struct segment segment = {{{large, 300 * 1024}, {NULL, 0}}};

    assert_int_equal(datagram_send(cable->near, &segment, 1), -1);
    assert_int_equal(errno, EMSGSIZE);
    free(large);
}

static void test_a_cut_datagram_is_told(void **state)
{
    struct cable *cable = *state;
    struct segment segment = {{{cable->out.memory, FRAME_MAX + 1}, {NULL, 0}}};

    assert_int_equal(datagram_send(cable->near, &segment, 1), 1);
    assert_int_equal(datagram_receive(cable->far, &cable->in), 1);
    assert_int_equal(cable->in.frames[0].length, DATAGRAM_TOO_LONG);

    setenv("FAKE_RECVMSG_X", "78", 1);
    assert_int_equal(datagram_send(cable->near, &segment, 1), 1);
    assert_int_equal(datagram_receive(cable->far, &cable->in), 1);
    assert_int_equal(cable->in.frames[0].length, DATAGRAM_TOO_LONG);
}

static void test_a_closed_peer_is_told(void **state)
{
    struct cable *cable = *state;

    close(cable->far);
    cable->far = -1;
    assert_int_equal(datagram_receive(cable->near, &cable->in), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(cable->in.count, 0);
    set_lengths(cable, 2, 100);
    assert_int_equal(datagram_send(cable->near, cable->segments, 2), -1);
    assert_int_equal(errno, ENOTCONN);
}

/* What was sent before the close is received first. */
static void test_last_words(void **state)
{
    struct cable *cable = *state;

    assert_int_equal(send(cable->far, cable->out.frames[7].data, 60, 0), 60);
    close(cable->far);
    cable->far = -1;
    assert_int_equal(datagram_receive(cable->near, &cable->in), 1);
    assert_int_equal(cable->in.frames[0].length, 60);
    assert_int_equal(datagram_receive(cable->near, &cable->in), -1);
    assert_int_equal(errno, ECONNRESET);
}

/* An empty datagram of a living peer is a runt and no goodbye. */
static void test_an_empty_datagram(void **state)
{
    struct cable *cable = *state;

    assert_int_equal(send(cable->far, "", 0, 0), 0);
    assert_int_equal(datagram_receive(cable->near, &cable->in), 1);
    assert_int_equal(cable->in.frames[0].length, 0);
    assert_int_equal(datagram_receive(cable->near, &cable->in), -1);
    assert_int_equal(errno, EAGAIN);
}

#define CABLE_TEST(name) cmocka_unit_test_setup_teardown(name, make_cable, drop_cable)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CABLE_TEST(test_a_batch_goes_in_order),
        CABLE_TEST(test_a_batch_over_the_send_buffer_goes_in_parts),
        CABLE_TEST(test_no_sendmsg_x),
        CABLE_TEST(test_sendmsg_x_refuses),
        CABLE_TEST(test_no_recvmsg_x),
        CABLE_TEST(test_recvmsg_x_refuses),
        CABLE_TEST(test_a_full_peer_is_told_and_not_waited_for),
        CABLE_TEST(test_a_datagram_over_the_limit_is_told),
        CABLE_TEST(test_a_cut_datagram_is_told),
        CABLE_TEST(test_a_closed_peer_is_told),
        CABLE_TEST(test_last_words),
        CABLE_TEST(test_an_empty_datagram),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
