#include "helper/peer.h"
#include "unit/unit.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void a_closed_socketpair_is_noticed(void **state)
{
    struct peer peer;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    peer_open(&peer, pair[0]);
    assert_int_equal(peer_check(&peer), PEER_THERE);
    assert_int_equal(peer_check(&peer), PEER_THERE);
    close(pair[1]);
    assert_int_equal(peer_check(&peer), PEER_GONE);
    peer_close(&peer);
    close(pair[0]);
}

/* A copy of the descriptor keeps the other end open: the VM's process may have passed it on. */
static void a_copy_counts(void **state)
{
    struct peer peer;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    int copy = dup(pair[1]);
    peer_open(&peer, pair[0]);
    close(pair[1]);
    assert_int_equal(peer_check(&peer), PEER_THERE);
    close(copy);
    assert_int_equal(peer_check(&peer), PEER_GONE);
    peer_close(&peer);
    close(pair[0]);
}

/* As a server that has connected to its client. */
static void a_client_that_was_connected_to_is_noticed(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(address);
    struct peer peer;
    int server = socket(AF_UNIX, SOCK_DGRAM, 0), client = socket(AF_UNIX, SOCK_DGRAM, 0);

    peer_open(&peer, server);
    /* The system chooses an abstract address (unix(7), autobind). */
    assert_int_equal(bind(client, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    assert_int_equal(getsockname(client, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(connect(server, (struct sockaddr *)&address, length), 0);
    assert_int_equal(peer_check(&peer), PEER_THERE);
    close(client);
    assert_int_equal(peer_check(&peer), PEER_GONE);
    peer_close(&peer);
    close(server);
}

static void without_a_probe_nothing_is_known(void **state)
{
    struct peer peer;

    peer_open(&peer, 12345);
    assert_int_equal(peer_check(&peer), PEER_UNKNOWN);
    peer_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_socketpair_is_noticed),
        cmocka_unit_test(a_copy_counts),
        cmocka_unit_test(a_client_that_was_connected_to_is_noticed),
        cmocka_unit_test(without_a_probe_nothing_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
