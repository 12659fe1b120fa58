/* bench latency: round trips to a machine by ICMP echo, which every guest answers.
 *
 * One request after the other, each when the answer to the one before came. `run` calls it for its latency tests,
 * in the network namespace where the host's end of the traffic is. */
#include "bench/command.h"
#include "bench/round_trips.h"
#include "bench/stop.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char help[] =
    "usage: vmnet-bench latency [--time SECONDS] ADDRESS\n"
    "\n"
    "Measure round trips to an IPv4 address by ICMP echo, one after the other. Prints JSON: microseconds (median,\n"
    "99th percentile, ...) and the histogram that they are from. Needs root, or a group of net.ipv4.ping_group_range.\n"
    "\n"
    "  -t, --time SECONDS  how long (default: 1)\n"
    "  -h, --help          show this text\n";

/* RFC 792: an echo request, 8 bytes, and our own 8 bytes by which we know its answer. */
struct echo {
    uint8_t type, code;
    uint16_t checksum, identifier, sequence;
    uint32_t number, cookie;
};

enum { ECHO_REPLY = 0, ECHO_REQUEST = 8 };

static uint16_t checksum(const struct echo *echo)
{
    uint16_t words[sizeof(*echo) / 2];
    uint32_t sum = 0;

    memcpy(words, echo, sizeof(words));
    for (size_t i = 0; i < sizeof(words) / 2; i++)
        sum += words[i];
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~(sum + (sum >> 16));
}

/* A socket for echo that needs no privilege, where that is allowed; else a raw one. */
static int open_socket(const char *address)
{
    struct sockaddr_in there = {.sin_family = AF_INET};
    struct timeval limit = {.tv_sec = 1};

    if (inet_pton(AF_INET, address, &there.sin_addr) != 1) {
        log_error("bench", "\"%s\" is no IPv4 address", address);
        return -1;
    }
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    if (fd < 0)
        fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (fd < 0 || connect(fd, (struct sockaddr *)&there, sizeof(there)) < 0) {
        log_error("bench", "cannot ask \"%s\" for an echo: %s%s", address, strerror(errno),
                  fd < 0 ? ": run it as root" : "");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

/* Is it the answer to this request? Raw sockets, and all of macOS, have the IP header in front. The identifier may
 * be the system's own. */
static bool is_answer(const uint8_t *packet, size_t length, const struct echo *request)
{
    struct echo answer;
    size_t header = length && packet[0] >> 4 == 4 ? (size_t)(packet[0] & 15) * 4 : 0;

    if (length < header + sizeof(answer))
        return false;
    memcpy(&answer, packet + header, sizeof(answer));
    return answer.type == ECHO_REPLY && answer.number == request->number && answer.cookie == request->cookie;
}

/* Seconds of a round trip; -1 when none came back within a second. */
static double one_trip(int fd, uint32_t number)
{
    struct echo request = {.type = ECHO_REQUEST, .identifier = (uint16_t)getpid(), .sequence = htons((uint16_t)number),
                           .number = number, .cookie = (uint32_t)getpid()};
    uint8_t packet[256];

    request.checksum = checksum(&request);
    double start = process_clock();
    if (send(fd, &request, sizeof(request), 0) < 0) {
        stop_pause(0.01); /* refused: its address is not known yet, or it is down */
        return -1;
    }
    while (process_clock() < start + 1) {
        ssize_t length = recv(fd, packet, sizeof(packet), 0);
        if (length < 0 && errno != EINTR)
            return -1;
        if (length > 0 && is_answer(packet, (size_t)length, &request))
            return process_clock() - start;
        if (stop_wanted())
            return -1;
    }
    return -1;
}

static void measure(int fd, double seconds, struct round_trips *trips)
{
    /* The first one asks for the address of the other end (ARP). */
    one_trip(fd, UINT32_MAX);
    double stop = process_clock() + seconds;
    /* At least one, though a busy machine may need more time for it. */
    for (uint32_t number = 0; !stop_wanted(); number++) {
        if (process_clock() > (trips->times.count ? stop : stop + 10))
            break;
        double time = one_trip(fd, number);
        if (time < 0)
            trips->lost++;
        else
            histogram_add(&trips->times, (uint64_t)(time * 1e9));
    }
}

static int run(const char *address, double seconds)
{
    struct round_trips *trips = calloc(1, sizeof(*trips));
    int fd = trips ? open_socket(address) : -1, result = 1;

    if (fd >= 0) {
        stop_install();
        measure(fd, seconds, trips);
        close(fd);
        char *text = trips->times.count ? round_trips_json(trips) : NULL;
        if (text)
            puts(text);
        else if (!stop_wanted())
            log_error("bench", "\"%s\" does not answer to echo requests", address);
        result = stop_wanted() ? 130 : text ? 0 : 1;
        free(text);
    }
    free(trips);
    return result;
}

int command_latency(int argc, char **argv)
{
    static const struct option options[] = {
        {"time", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, {0}};
    unsigned long seconds = 1;
    int option;

    while ((option = getopt_long(argc, argv, "t:h", options, NULL)) != -1)
        switch (option) {
        case 't':
            if (text_parse_number(optarg, 1, 3600, &seconds) < 0)
                return command_usage_error("latency", "--time: \"%s\" is not a number from 1 to 3600", optarg);
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("latency", "unknown option, or one without its value");
        }
    if (argc - optind != 1)
        return command_usage_error("latency", "one address is needed");
    return run(argv[optind], (double)seconds);
}
