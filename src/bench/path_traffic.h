/* Small frames and round trips between two namespaces. Linux. */
#ifndef BENCH_PATH_TRAFFIC_H
#define BENCH_PATH_TRAFFIC_H

#include "bench/round_trips.h"

struct path_frames {
    double sent, received; /* frames a second */
};

/* The port of the VM's side, and of the host's: passt has the first one open on the host, too. */
#define PATH_VM_PORT 5299
#define PATH_HOST_PORT 5298

/* Send 64-byte UDP frames (with the checksum that the wire would have) as fast as possible from one
 * namespace to an address and port of the other one, and count what arrives. Returns 0, or -1 (logged). */
int path_frames_measure(int from, int to, const char *address, unsigned port, double seconds,
                        struct path_frames *frames);

/* Send one small datagram after the other to an echo at PATH_VM_PORT of the other namespace, each when the one before
 * came back. Returns 0, or -1 (logged). */
int path_round_trips_measure(int from, int to, const char *address, double seconds, struct round_trips *trips);

#endif
