/* The process that plays a VM between a TAP and the socket that a VM has. Behind the TAP a namespace is a
 * machine with a real network stack. Linux. */
#ifndef BENCH_PATH_PEER_H
#define BENCH_PATH_PEER_H

#include "helper/channel.h"

#include <sys/types.h>

/* Start it. The TAP has virtio headers. offload: the VM's card has TSO and checksum offload, so that
 * super-frames pass the socket whole. Both descriptors stay the caller's too. It ends by SIGKILL, or with
 * the bench. Returns its pid, or -1 (logged). */
pid_t path_peer_start(int tap, int socket, enum framing framing, bool offload);

#endif
