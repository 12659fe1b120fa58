/* signal_queue_darwin.c on the fake kqueue. */
#include "helper/signal_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

static int block(void **state)
{
    static sigset_t handled;

    sigemptyset(&handled);
    sigaddset(&handled, SIGTERM);
    sigaddset(&handled, SIGINT);
    sigaddset(&handled, SIGUSR1);
    *state = &handled;
    return sigprocmask(SIG_BLOCK, &handled, NULL);
}

static void send(int number)
{
    assert_int_equal(kill(getpid(), number), 0);
}

static void test_what_comes_is_told(void **state)
{
    struct signal_queue queue;

    assert_int_equal(signal_queue_open(&queue, *state), 0);
    send(SIGUSR1);
    assert_int_equal(signal_queue_next(&queue), SIGUSR1);
    send(SIGUSR1);
    assert_int_equal(signal_queue_next(&queue), SIGUSR1);
    send(SIGTERM);
    assert_int_equal(signal_queue_next(&queue), SIGTERM);
    close(queue.fd);
}

/* A kqueue does not tell of it. */
static void test_what_came_before_the_watch_is_told(void **state)
{
    struct signal_queue queue;

    send(SIGTERM);
    assert_int_equal(signal_queue_open(&queue, *state), 0);
    assert_int_equal(signal_queue_next(&queue), SIGTERM);
    send(SIGINT);
    assert_int_equal(signal_queue_next(&queue), SIGINT);
    close(queue.fd);
}

static void test_no_kqueue(void **state)
{
    struct signal_queue queue;

    setenv("FAKE_KQUEUE", "24", 1);
    assert_int_equal(signal_queue_open(&queue, *state), -1);
    unsetenv("FAKE_KQUEUE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_is_told),
        cmocka_unit_test(test_what_came_before_the_watch_is_told),
        cmocka_unit_test(test_no_kqueue),
    };

    return cmocka_run_group_tests(tests, block, NULL);
}
