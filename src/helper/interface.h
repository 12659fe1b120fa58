/* The seam: one network interface of the system, of one VM.
 * interface_tap.c on Linux, interface_vmnet.c on macOS. */
#ifndef HELPER_INTERFACE_H
#define HELPER_INTERFACE_H

#include "common/mac.h"
#include "common/uuid.h"
#include "helper/offload.h"

#include <stdbool.h>
#include <stdint.h>

#define INTERFACE_NAME_SIZE 64 /* a Linux interface has 15 characters at most, a vmnet-broker network more */

enum operation_mode { MODE_SHARED, MODE_HOST, MODE_BRIDGED };

struct interface_config {
    enum operation_mode mode;
    char shared_interface[INTERFACE_NAME_SIZE]; /* bridged: what to join */
    char network[INTERFACE_NAME_SIZE];          /* macOS 26: network of the broker; empty: none */
    uint8_t id[ID_SIZE];
    bool has_addresses; /* the three below were given; host byte order */
    uint32_t start_address, end_address, subnet_mask;
    bool isolation;
    bool tso;              /* the VM takes and gives TCP super-frames */
    bool checksum_offload; /* the VM takes and gives partial checksums -- on vmnet; see design.md */
    bool engine;           /* segmentation and coalescing in the helper: frames carry virtio headers */
};

/* What the JSON line tells. Numbers as vmnet has them. */
struct interface_info {
    uint8_t mac[MAC_SIZE];
    uint8_t id[ID_SIZE];
    bool has_addresses;
    uint32_t start_address, end_address, subnet_mask; /* host byte order */
    bool has_nat66_prefix;
    char nat66_prefix[46]; /* "fd9b:5a14:ba57:e3d3::" */
    bool has_network;      /* macOS 26: a network of the broker, described by these; host byte order */
    uint32_t network_subnet, network_mask;
    char network_prefix[46];
    uint32_t network_prefix_length;
    uint32_t mtu;             /* bytes of IP */
    uint32_t max_packet_size; /* bytes of the largest frame either side may give */
    uint32_t read_max_packets, write_max_packets;
    bool virtio_headers;            /* frames carry them: what frame.offload says counts, both ways */
    bool complete_frames;           /* the network takes frames of its MTU only: none are to be joined */
    char name[INTERFACE_NAME_SIZE]; /* the system's name for it; empty if it has none */
};

struct interface;

/* Open the interface. Needs privilege; logs the reason, and what the user can do, when it fails.
 * Returns NULL then, and nothing is left in the system. */
struct interface *interface_start(const struct interface_config *config, struct interface_info *info);

/* Fill the batch from its start with what is there, at most BATCH_MAX frames; wait up to timeout_ms
 * for the first (-1: until interface_wake). Never waits for more.
 * Returns the number of frames, 0 for none, or -1 when the interface is gone (logged). */
int interface_read(struct interface *interface, struct batch *batch, int timeout_ms);

/* Give all gathers of the list to the network; their virtio headers count if the interface has them.
 * Returns how many frames of the VM it took with them: what it refuses is dropped and is for the
 * caller to count. -1 when the interface is gone (logged). */
int interface_write(struct interface *interface, struct gather_list *list);

/* Make a waiting interface_read() return 0, from any thread. */
void interface_wake(struct interface *interface);

/* Close it; the network goes with the last interface on it. Bounded in time. */
void interface_stop(struct interface *interface);

/* Does this system have networks that somebody else owns (config.network)? */
bool interface_takes_networks(void);

/* Is bridged mode for root alone, where nobody has allowed it to others? */
bool interface_restricts_bridges(void);

/* Is the offload engine worth its place here, when nobody says so? */
bool interface_prefers_engine(void);

/* Call visit with each of the names that --shared-interface takes. Needs no privilege. 0, or -1 logged. */
int interface_list_shared(void (*visit)(const char *name, void *context), void *context);

#endif
