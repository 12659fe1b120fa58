#include "bench/path_relay.h"
#include "common/log.h"
#include "common/parent_death.h"
#include "helper/datagram.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

void path_relay_wait(int fd, short events)
{
    struct pollfd wait = {.fd = fd, .events = events};
    poll(&wait, 1, 1000);
}

pid_t path_relay_start(int socket, void *(*to_vm)(void *), void *(*to_host)(void *), void *argument)
{
    pid_t parent = getpid(), pid = fork();
    pthread_t thread;

    if (pid < 0)
        log_error("bench", "cannot start a process: %s", strerror(errno));
    if (pid != 0)
        return pid;
    parent_death_signal(SIGKILL, parent);
    signal(SIGINT, SIG_IGN); /* of the terminal: the bench ends us when it is done */
    datagram_set_buffers(socket);
    if (pthread_create(&thread, NULL, to_vm, argument) == 0)
        to_host(argument);
    _exit(1);
}
