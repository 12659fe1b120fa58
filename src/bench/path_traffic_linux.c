#include "bench/path_traffic.h"
#include "bench/path_namespace.h"
#include "bench/stop.h"
#include "common/file.h"
#include "common/log.h"
#include "common/parent_death.h"
#include "common/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PAYLOAD = 18, /* + 8 UDP + 20 IP + 14 Ethernet + 4 checksum = 64 */
    BATCH = 64,
};

/* A process in a namespace that writes its result, a fixed size, to a pipe. */
struct worker {
    pid_t pid;
    int fd;
};

struct order {
    int namespace_fd;
    const char *address;
    unsigned port;
    double seconds;
};

static volatile sig_atomic_t ended;

static void end(int number)
{
    ended = 1;
}

static int start_worker(struct worker *worker, const struct order *order, void (*work)(const struct order *, int))
{
    int out[2];
    pid_t parent = getpid();

    if (pipe(out) < 0)
        return -1;
    worker->pid = fork();
    if (worker->pid == 0) {
        struct sigaction action = {.sa_handler = end}; /* no SA_RESTART: it ends a waiting call */
        parent_death_signal(SIGKILL, parent);
        sigaction(SIGTERM, &action, NULL);
        signal(SIGINT, SIG_IGN);
        if (path_namespace_enter(order->namespace_fd) == 0)
            work(order, out[1]);
        _exit(0);
    }
    close(out[1]);
    worker->fd = out[0];
    if (worker->pid < 0)
        close(out[0]);
    return worker->pid < 0 ? -1 : 0;
}

/* All of size bytes; false when the worker has no result. */
static bool read_result(struct worker *worker, void *result, size_t size)
{
    size_t used = 0;

    while (used < size) {
        ssize_t count = read(worker->fd, (char *)result + used, size - used);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        used += (size_t)count;
    }
    return true;
}

static void end_worker(struct worker *worker)
{
    close(worker->fd);
    process_end(worker->pid, 2);
}

static int bound_socket(unsigned port)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval limit = {.tv_usec = 100000};
    int size = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
        _exit(1);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

static int connected_socket(const struct order *order)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)order->port)};
    struct timeval limit = {.tv_sec = 1};
    int size = 1 << 20, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    inet_pton(AF_INET, order->address, &there.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&there, sizeof(there)) < 0)
        _exit(1);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

/* Tells that it is ready by one byte; counts until SIGTERM. */
static void count_frames(const struct order *order, int out)
{
    static char room[BATCH][64];
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    int fd = bound_socket(order->port);
    double received = 0;

    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){room[i], sizeof(room[i])};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    file_write_all(out, "", 1);
    while (!ended) {
        int count = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
        received += count > 0 ? count : 0;
    }
    /* What has arrived counts, also where we got no processor to look at it. */
    for (int count; (count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL)) > 0;)
        received += count;
    file_write_all(out, &received, sizeof(received));
}

static void send_frames(const struct order *order, int out)
{
    static char payload[PAYLOAD];
    struct iovec part = {payload, sizeof(payload)};
    struct mmsghdr messages[BATCH] = {0};
    int fd = connected_socket(order);
    double sent = 0, stop = process_clock() + order->seconds;

    for (int i = 0; i < BATCH; i++) {
        messages[i].msg_hdr.msg_iov = &part;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    while (!ended && process_clock() < stop) {
        int count = sendmmsg(fd, messages, BATCH, 0);
        sent += count > 0 ? count : 0;
    }
    file_write_all(out, &sent, sizeof(sent));
}

int path_frames_measure(int from, int to, const char *address, unsigned port, double seconds,
                        struct path_frames *frames)
{
    struct order send = {from, address, port, seconds}, count = {to, address, port, seconds};
    struct worker sender, counter;
    double sent = 0, received = 0;
    char ready;

    if (start_worker(&counter, &count, count_frames) < 0)
        return -1;
    bool good = read_result(&counter, &ready, 1) && start_worker(&sender, &send, send_frames) == 0;
    if (good) {
        good = read_result(&sender, &sent, sizeof(sent));
        end_worker(&sender);
        stop_pause(0.05); /* for what is on its way */
        kill(counter.pid, SIGTERM);
        good = read_result(&counter, &received, sizeof(received)) && good;
    }
    end_worker(&counter);
    if (!good)
        log_error("bench", "counting frames failed");
    frames->sent = sent / seconds;
    frames->received = received / seconds;
    return good ? 0 : -1;
}

static void echo(const struct order *order, int out)
{
    char datagram[64];
    int fd = bound_socket(order->port);

    file_write_all(out, "", 1);
    while (!ended) {
        struct sockaddr_in from;
        socklen_t size = sizeof(from);
        ssize_t length = recvfrom(fd, datagram, sizeof(datagram), 0, (struct sockaddr *)&from, &size);
        if (length > 0 && sendto(fd, datagram, (size_t)length, 0, (struct sockaddr *)&from, size) < 0)
            continue;
    }
}

/* The round trip of one datagram in seconds; -1 when it got lost. */
static double one_trip(int fd, uint32_t number)
{
    char datagram[PAYLOAD] = {0};
    uint32_t back = number + 1;
    double start = process_clock();

    memcpy(datagram, &number, sizeof(number));
    if (send(fd, datagram, sizeof(datagram), 0) < 0)
        return -1;
    /* One that was given up may still come. */
    while (back != number) {
        if (recv(fd, datagram, sizeof(datagram), 0) < (ssize_t)sizeof(back))
            return -1;
        memcpy(&back, datagram, sizeof(back));
    }
    return process_clock() - start;
}

static void measure_trips(const struct order *order, int out)
{
    struct round_trips trips = {0};
    int fd = connected_socket(order);
    double stop = process_clock() + order->seconds;

    /* The first one asks for the address of the other end (ARP). */
    one_trip(fd, UINT32_MAX);
    /* At least one, though a busy machine may need more time for it. */
    for (uint32_t number = 0; !ended; number++) {
        if (process_clock() > (trips.times.count ? stop : stop + 10))
            break;
        double time = one_trip(fd, number);
        if (time < 0)
            trips.lost++;
        else
            histogram_add(&trips.times, (uint64_t)(time * 1e9));
    }
    file_write_all(out, &trips, sizeof(trips));
}

int path_round_trips_measure(int from, int to, const char *address, double seconds, struct round_trips *trips)
{
    struct order ask = {from, address, PATH_VM_PORT, seconds}, answer = {to, address, PATH_VM_PORT, seconds};
    struct worker asker, answerer;
    char ready;

    if (start_worker(&answerer, &answer, echo) < 0)
        return -1;
    bool good = read_result(&answerer, &ready, 1) && start_worker(&asker, &ask, measure_trips) == 0;
    if (good) {
        good = read_result(&asker, trips, sizeof(*trips)) && trips->times.count > 0;
        end_worker(&asker);
    }
    end_worker(&answerer);
    if (!good)
        log_error("bench", "no datagram came back");
    return good ? 0 : -1;
}
