/* iperf3's client: its command line, and running it beside a server that may not listen yet. */
#ifndef BENCH_IPERF_CLIENT_H
#define BENCH_IPERF_CLIENT_H

#include "bench/benchmark.h"

#include <stddef.h>

enum { IPERF_PREFIX_MAX = 8 };

struct iperf_order {
    const char *prefix[IPERF_PREFIX_MAX]; /* words before "iperf3": ip netns exec lab; ended by NULL or full */
    const char *address;
    unsigned port;
    unsigned seconds;
    unsigned omit;       /* 0: none */
    const char *length;  /* "": its default, as for the bitrate */
    unsigned parallel;   /* up to 1: one stream */
    bool udp;
    const char *bitrate;
    bool bidir;
    bool reverse;        /* from the server to the client; not beside bidir */
    bool flush;          /* its output goes through ssh */
};

struct iperf_client {
    const char *argv[40]; /* points into the order, and into what follows: not to be copied */
    char port[16], seconds[16], omit[16], parallel[16];
};

/* The order of a benchmark's test: address, port, prefix and direction are the caller's. */
void iperf_order_set(struct iperf_order *order, const struct benchmark *benchmark);

/* 64-byte UDP frames as fast as they go: on the wire 18 bytes have 46 around them. */
void iperf_order_set_frames(struct iperf_order *order);

void iperf_client_build(struct iperf_client *client, const struct iperf_order *order);

/* Run it, for at most limit seconds; again while its server does not listen yet, for 20 seconds. Returns its
 * report, which is a good one (to be freed); or NULL with the reason. */
char *iperf_client_run(const struct iperf_client *client, double limit, char *reason, size_t size);

/* Is this the output of a client whose server was not there yet? */
bool iperf_client_came_early(const char *output);

#endif
