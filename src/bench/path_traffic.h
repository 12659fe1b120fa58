/* Small frames and round trips between two namespaces. Linux. */
#ifndef BENCH_PATH_TRAFFIC_H
#define BENCH_PATH_TRAFFIC_H

struct path_frames {
    double sent, received; /* frames a second */
};

struct path_round_trips {
    int count, lost;
    double p50, p90, p99, p999, max; /* microseconds */
};

/* Send 64-byte UDP frames (with the checksum that the wire would have) as fast as possible from one
 * namespace to an address in the other one, and count what arrives. Returns 0, or -1 (logged). */
int path_frames_measure(int from, int to, const char *address, double seconds, struct path_frames *frames);

/* Send one small datagram after the other to an echo in the other namespace, each when the one before
 * came back. Returns 0, or -1 (logged). */
int path_round_trips_measure(int from, int to, const char *address, double seconds, struct path_round_trips *trips);

#endif
