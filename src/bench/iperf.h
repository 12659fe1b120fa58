/* iperf3's JSON, of any version from 3.1 on and of Apple's build. Hostile until checked. */
#ifndef BENCH_IPERF_H
#define BENCH_IPERF_H

#include <stdbool.h>
#include <stddef.h>

#define IPERF_FILE_MAX (64u << 20)

struct iperf_result {
    char version[96];         /* as it calls itself: "iperf 3.8.1 -  -- Apple version iperf3-117" */
    double bits_per_second;   /* what was received; both directions together for --bidir */
    double bytes;             /* received */
    double seconds;
    double interval_median;   /* bits per second, median of the intervals; -1: none */
    double retransmits;       /* of the sender; -1: not told */
    double host_cpu, remote_cpu; /* percent; -1: not told */
    double lost_percent;      /* UDP; -1: not told */
    double packets;           /* UDP: datagrams sent; -1: not told */
    double lost_packets;      /* of them; -1: not told */
    double sent_bits_per_second; /* by the sender; -1: not told */
    bool udp;
};

/* Read a report out of size bytes of text, with a NUL after them. Returns 0; or -1 with the reason,
 * in plain words, in reason. */
int iperf_parse(struct iperf_result *result, const char *text, size_t size, char *reason, size_t reason_size);

#endif
