/* What the files behind interface_vmnet.c share. No other file sees vmnet, XPC, GCD or blocks. */
#ifndef HELPER_VMNET_DARWIN_H
#define HELPER_VMNET_DARWIN_H

#include "helper/broker_darwin.h"
#include "helper/interface.h"

#include <dispatch/dispatch.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <vmnet/vmnet.h>
#include <xpc/xpc.h>

/* Apple's limits of one call before macOS 15, which tells its own. */
#define VMNET_OLD_MAX_PACKETS 200
#define VMNET_OLD_MAX_BYTES (256 * 1024)

/* The status that macOS 26 added. A macro: no enumerator of the SDK we build with may be needed. */
#define VMNET_STATUS_NOT_AUTHORIZED 1010

struct interface {
    interface_ref vmnet;
    dispatch_queue_t queue;          /* serial: events and completions arrive on it */
    dispatch_semaphore_t signal;     /* raised when signs becomes other than 0 */
    atomic_uint signs;               /* why the reader is to look */
    bool ready;                      /* the reader's own: the last read brought frames, maybe more are there */
    bool running;                    /* vmnet started it: it is to be stopped */
    bool virtio;                     /* every packet starts with a virtio header */
    size_t max_packet_size;          /* bytes of a frame, without that header */
    unsigned read_max, write_max;    /* packets of one call, at most BATCH_MAX */
    size_t bytes_max;                /* bytes of one call; 0: no limit */
    struct broker *broker;           /* the network's owner; NULL without --network */
    struct vmpktdesc read_packets[BATCH_MAX], write_packets[BATCH_MAX];
    struct iovec read_parts[BATCH_MAX][2];
};

#define SIGN_FRAMES 1u
#define SIGN_WAKE 2u

/* Tell the reader. Many signs before it looks raise the semaphore once. */
void vmnet_sign(struct interface *interface, unsigned sign);

/* vmnet_describe_darwin.c: between our structures and XPC's dictionaries. */

/* The description to start an interface with; to be released by the caller. NULL after logging what
 * this macOS cannot do. */
xpc_object_t vmnet_describe(const struct interface_config *config);

/* Take what vmnet tells of the started interface. Returns 0, or -1 after logging what is missing. */
int vmnet_take_parameters(xpc_object_t parameters, struct interface_info *info);

/* vmnet_status_darwin.c: what a status means and what the user can do about it. */
const char *vmnet_status_name(vmnet_return_t status);
const char *vmnet_status_remedy(vmnet_return_t status, const struct interface_config *config);

/* vmnet_newer_darwin.c: symbols that macOS got after 13.0. */

/* The dictionary key of this symbol, or NULL where macOS does not have it. */
const char *vmnet_newer_key(const char *symbol);

typedef struct vmnet_network *network_handle;

/* The functions of macOS 26 for networks; false where they are missing. */
struct vmnet_network_calls {
    network_handle (*create)(xpc_object_t serialization, vmnet_return_t *status);
    interface_ref (*start)(network_handle network, xpc_object_t description, dispatch_queue_t queue,
                           void (^handler)(vmnet_return_t, xpc_object_t));
    void (*ipv4_subnet)(network_handle network, struct in_addr *subnet, struct in_addr *mask);
    void (*ipv6_prefix)(network_handle network, struct in6_addr *prefix, uint8_t *length);
};

bool vmnet_newer_networks(struct vmnet_network_calls *calls);

#endif
