/* The cable: two threads, one for each direction, each with a batch of its own.
 *
 *     host to VM:  interface_read -> complete checksums -> delivery_send (cut super-frames, channel_send)
 *     VM to host:  channel_receive -> check lengths -> join or describe super-frames -> interface_write
 *
 * A bad frame is dropped and counted, never an error. A VM that does not read gets a few milliseconds,
 * then its frames are dropped and counted: the other direction and the end of the program never wait
 * for it. */
#ifndef HELPER_FORWARD_H
#define HELPER_FORWARD_H

#include "helper/batch.h"
#include "helper/channel.h"
#include "helper/delivery.h"
#include "helper/guard.h"
#include "helper/interface.h"
#include "helper/notify.h"
#include "helper/pcap.h"
#include "helper/stats.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum forward_end { FORWARD_RUNS, FORWARD_VM_GONE, FORWARD_INTERFACE_GONE, FORWARD_FAILED };

struct forward {
    struct interface *interface;
    const struct interface_info *info;
    bool tso, checksum_offload; /* what the VM leaves to the network */
    bool engine;                /* cut and join for a VM without tso */
    struct stats *stats;
    struct notify *notify;
    struct pcap *pcap;              /* NULL: no capture */
    struct guard *guard;            /* NULL: the VM is trusted */
    struct channel *channel;        /* to the VM */
    bool running;
    struct batch to_vm, to_network; /* each its thread's own */
    struct delivery delivery;       /* host to VM */
    struct gather_list gathers;     /* VM to host */
    pthread_t threads[2];
    int wake[2];                    /* a byte wakes the thread that waits for the VM */
    int ended[2];                   /* a byte tells that a thread has ended by itself */
    atomic_bool stopping;
    atomic_int end;                 /* enum forward_end */
    struct neighbours neighbours;   /* VM to host */
    _Atomic uint64_t dhcp_client;   /* MAC that the VM last asked for an address with; 0: none */
};

/* What is forwarded between, and who looks on. All of it stays the caller's. */
struct forward_parts {
    struct interface *interface;
    const struct interface_info *info;
    const struct interface_config *config;
    struct channel *channel;
    struct stats *stats;
    struct notify *notify;
    struct pcap *pcap;   /* NULL: no capture */
    struct guard *guard; /* NULL: the VM is trusted */
};

/* Take memory and pipes for the forwarding between the interface and VMs that come one after the other.
 * Returns 0, or -1 (logged). */
int forward_create(struct forward *forward, const struct forward_parts *parts);

/* Start forwarding to the VM at fd, through the channel. What forward->to_network holds already is its first frames.
 * Returns 0, or -1 (logged). */
int forward_start(struct forward *forward, int fd);

/* Readable once a thread has ended by itself: then forward_end() says why. */
int forward_fd(const struct forward *forward);
enum forward_end forward_end(const struct forward *forward);

/* Stop both threads and wait for them: some milliseconds. */
void forward_stop(struct forward *forward);

void forward_destroy(struct forward *forward);

#endif
