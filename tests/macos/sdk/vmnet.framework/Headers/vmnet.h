/* The part of macOS's vmnet framework that the helper uses, declared from Apple's documentation so
 * that the macOS code can be compiled, linked and run where no macOS SDK is.
 *
 * What is declared here is what macOS 13.0 has. Newer symbols are left out on purpose: the helper
 * may not link against them, it looks them up when it runs (src/helper/vmnet_symbols_darwin.h).
 * Not a copy of Apple's header: names, values and signatures are the interface, the rest is ours. */
#ifndef VMNET_H
#define VMNET_H

#include <dispatch/dispatch.h>
#include <stdint.h>
#include <sys/uio.h>
#include <xpc/xpc.h>

typedef enum {
    VMNET_HOST_MODE = 1000,
    VMNET_SHARED_MODE = 1001,
    VMNET_BRIDGED_MODE = 1002,
} operating_modes_t;

typedef enum {
    VMNET_SUCCESS = 1000,
    VMNET_FAILURE = 1001,
    VMNET_MEM_FAILURE = 1002,
    VMNET_INVALID_ARGUMENT = 1003,
    VMNET_SETUP_INCOMPLETE = 1004,
    VMNET_INVALID_ACCESS = 1005,
    VMNET_PACKET_TOO_BIG = 1006,
    VMNET_BUFFER_EXHAUSTED = 1007,
    VMNET_TOO_MANY_PACKETS = 1008,
    VMNET_SHARING_SERVICE_BUSY = 1009,
} vmnet_return_t;

typedef enum {
    VMNET_INTERFACE_PACKETS_AVAILABLE = 1 << 0,
} interface_event_t;

struct vmpktdesc {
    size_t vm_pkt_size;
    struct iovec *vm_pkt_iov;
    uint32_t vm_pkt_iovcnt;
    uint32_t vm_flags;
};

typedef struct vmnet_interface *interface_ref;

/* Each key's text is its symbol's name without _key. */
extern const char *vmnet_operation_mode_key;
extern const char *vmnet_shared_interface_name_key;
extern const char *vmnet_mac_address_key;
extern const char *vmnet_allocate_mac_address_key;
extern const char *vmnet_interface_id_key;
extern const char *vmnet_mtu_key;
extern const char *vmnet_max_packet_size_key;
extern const char *vmnet_start_address_key;
extern const char *vmnet_end_address_key;
extern const char *vmnet_subnet_mask_key;
extern const char *vmnet_nat66_prefix_key;
extern const char *vmnet_estimated_packets_available_key;
extern const char *vmnet_network_identifier_key;
extern const char *vmnet_host_ip_address_key;
extern const char *vmnet_host_subnet_mask_key;
extern const char *vmnet_host_ipv6_address_key;
extern const char *vmnet_enable_tso_key;
extern const char *vmnet_enable_isolation_key;
extern const char *vmnet_enable_checksum_offload_key;

interface_ref vmnet_start_interface(xpc_object_t interface_desc, dispatch_queue_t queue,
                                    void (^handler)(vmnet_return_t status, xpc_object_t interface_param));
vmnet_return_t vmnet_interface_set_event_callback(interface_ref interface, interface_event_t event_mask,
                                                  dispatch_queue_t queue,
                                                  void (^callback)(interface_event_t event_mask, xpc_object_t event));
vmnet_return_t vmnet_read(interface_ref interface, struct vmpktdesc *packets, int *pktcnt);
vmnet_return_t vmnet_write(interface_ref interface, struct vmpktdesc *packets, int *pktcnt);
vmnet_return_t vmnet_stop_interface(interface_ref interface, dispatch_queue_t queue,
                                    void (^handler)(vmnet_return_t status));
xpc_object_t vmnet_copy_shared_interface_list(void);

#endif
