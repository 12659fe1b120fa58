/* The two dictionaries of an interface: what the caller describes is checked key by key, what vmnet
 * tells is as it was seen on Macs. */
#include "vmnet_fake.h"
#include "fake.h"

#include <stdio.h>
#include <string.h>

#define KEY(name) const char *name##_key = #name
KEY(vmnet_operation_mode);
KEY(vmnet_shared_interface_name);
KEY(vmnet_mac_address);
KEY(vmnet_allocate_mac_address);
KEY(vmnet_interface_id);
KEY(vmnet_mtu);
KEY(vmnet_max_packet_size);
KEY(vmnet_start_address);
KEY(vmnet_end_address);
KEY(vmnet_subnet_mask);
KEY(vmnet_nat66_prefix);
KEY(vmnet_estimated_packets_available);
KEY(vmnet_network_identifier);
KEY(vmnet_host_ip_address);
KEY(vmnet_host_subnet_mask);
KEY(vmnet_host_ipv6_address);
KEY(vmnet_enable_tso);
KEY(vmnet_enable_isolation);
KEY(vmnet_enable_checksum_offload);

/* Newer than the SDK: found by dlsym only. */
extern const char *vmnet_enable_virtio_header_key, *vmnet_read_max_packets_key, *vmnet_write_max_packets_key;
KEY(vmnet_enable_virtio_header);
KEY(vmnet_read_max_packets);
KEY(vmnet_write_max_packets);

static xpc_type_t key_type(const char *key)
{
    const struct {
        const char *key;
        xpc_type_t type;
    } known[] = {
        {vmnet_operation_mode_key, XPC_TYPE_UINT64},
        {vmnet_shared_interface_name_key, XPC_TYPE_STRING},
        {vmnet_interface_id_key, XPC_TYPE_UUID},
        {vmnet_mtu_key, XPC_TYPE_UINT64},
        {vmnet_start_address_key, XPC_TYPE_STRING},
        {vmnet_end_address_key, XPC_TYPE_STRING},
        {vmnet_subnet_mask_key, XPC_TYPE_STRING},
        {vmnet_nat66_prefix_key, XPC_TYPE_STRING},
        {vmnet_allocate_mac_address_key, XPC_TYPE_BOOL},
        {vmnet_enable_tso_key, XPC_TYPE_BOOL},
        {vmnet_enable_isolation_key, XPC_TYPE_BOOL},
        {vmnet_enable_checksum_offload_key, XPC_TYPE_BOOL},
        {vmnet_enable_virtio_header_key, XPC_TYPE_BOOL},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].key, key) == 0)
            return known[i].type;
    fake_abort("vmnet_start_interface: key \"%s\" is not of the description", key);
}

vmnet_return_t fake_read_description(xpc_object_t description, bool network, struct fake_description *read)
{
    *read = (struct fake_description){0};
    xpc_dictionary_apply(description, ^bool(const char *key, xpc_object_t value) {
        if (xpc_get_type(value) != key_type(key))
            fake_abort("vmnet_start_interface: the value of \"%s\" has a wrong type", key);
        return true;
    });

    const uint8_t *id = xpc_dictionary_get_uuid(description, vmnet_interface_id_key);
    if (id)
        memcpy(read->id, id, sizeof(read->id));
    read->mode = xpc_dictionary_get_uint64(description, vmnet_operation_mode_key);
    read->start = xpc_dictionary_get_string(description, vmnet_start_address_key);
    read->end = xpc_dictionary_get_string(description, vmnet_end_address_key);
    read->mask = xpc_dictionary_get_string(description, vmnet_subnet_mask_key);
    read->tso = xpc_dictionary_get_bool(description, vmnet_enable_tso_key);
    read->checksum = xpc_dictionary_get_bool(description, vmnet_enable_checksum_offload_key);
    read->virtio = xpc_dictionary_get_bool(description, vmnet_enable_virtio_header_key);

    if (network)
        return read->mode || read->start ? VMNET_INVALID_ARGUMENT : VMNET_SUCCESS;
    if (read->mode != VMNET_SHARED_MODE && read->mode != VMNET_HOST_MODE && read->mode != VMNET_BRIDGED_MODE)
        return VMNET_INVALID_ARGUMENT;
    if (read->mode == VMNET_BRIDGED_MODE) {
        const char *name = xpc_dictionary_get_string(description, vmnet_shared_interface_name_key);
        if (!name || strcmp(name, "en0") != 0 || read->start)
            return VMNET_FAILURE;
    }
    if (!read->start != !read->end || !read->start != !read->mask)
        return VMNET_INVALID_ARGUMENT;
    if (read->virtio && (!fake_macos_at_least(15, 4) || read->checksum))
        return VMNET_INVALID_ARGUMENT;
    return VMNET_SUCCESS;
}

xpc_object_t fake_make_parameters(const struct fake_description *description, bool network)
{
    xpc_object_t parameters = xpc_dictionary_create(NULL, NULL, 0);

    if (!fake_setting_word("FAKE_VMNET_START", "nomac"))
        xpc_dictionary_set_string(parameters, vmnet_mac_address_key, "0a:d6:36:c1:ea:f3");
    xpc_dictionary_set_uuid(parameters, vmnet_interface_id_key, description->id);
    xpc_dictionary_set_uint64(parameters, vmnet_mtu_key, 1500);
    xpc_dictionary_set_uint64(parameters, vmnet_max_packet_size_key,
                              fake_setting_word("FAKE_VMNET_START", "huge") ? 1 << 20 : fake_max_packet(description));
    if (fake_macos_at_least(15, 0)) {
        xpc_dictionary_set_uint64(parameters, vmnet_read_max_packets_key, 256);
        xpc_dictionary_set_uint64(parameters, vmnet_write_max_packets_key, 256);
    }
    if (network || description->mode == VMNET_BRIDGED_MODE)
        return parameters;

    bool shared = description->mode == VMNET_SHARED_MODE;
    const char *subnet = *fake_setting("FAKE_VMNET_SUBNET") ? fake_setting("FAKE_VMNET_SUBNET") :
                         shared ? "192.168.64" : "192.168.65";
    char start[32], end[32];
    snprintf(start, sizeof(start), "%s.1", subnet);
    snprintf(end, sizeof(end), "%s.254", subnet);
    xpc_dictionary_set_string(parameters, vmnet_start_address_key, description->start ? description->start : start);
    xpc_dictionary_set_string(parameters, vmnet_end_address_key, description->end ? description->end : end);
    xpc_dictionary_set_string(parameters, vmnet_subnet_mask_key,
                              description->mask ? description->mask : "255.255.255.0");
    if (shared)
        xpc_dictionary_set_string(parameters, vmnet_nat66_prefix_key, "fd9b:5a14:ba57:e3d3::");
    return parameters;
}

size_t fake_max_packet(const struct fake_description *description)
{
    return description->tso ? 65550 : 1514;
}
