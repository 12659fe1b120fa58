/* Processes that carry frames between a TAP and a datagram socket. Linux.
 *
 * The peer plays the VM: behind its TAP a namespace is a machine with a real network stack. It works
 * in batches, so that the VM is no slower than it must be. The cable is the reference: what a helper
 * is that reads one frame and writes one frame, with a system call for each. */
#ifndef BENCH_PATH_RELAY_H
#define BENCH_PATH_RELAY_H

#include <stdbool.h>
#include <sys/types.h>

/* Start the peer of a VM in a process of its own. header: the TAP has virtio headers, and super-frames
 * pass whole. Both descriptors stay the caller's too. It ends by SIGKILL, or with the bench.
 * Returns its pid, or -1 (logged). */
pid_t path_peer_start(int tap, int socket, bool header);

/* The same for a helper with a stream socket, where each frame comes after its length: four bytes, the
 * highest first (QEMU's -netdev stream; passt, socket_vmnet). */
pid_t path_stream_peer_start(int tap, int socket);

/* Start the reference cable. */
pid_t path_cable_start(int tap, int socket);

#endif
