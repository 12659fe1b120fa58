/* Between the helper's structures and the dictionaries that vmnet takes and gives. */
#include "common/ipv4.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/frame.h"
#include "helper/vmnet_darwin.h"

#include <string.h>

static void describe_mode(xpc_object_t description, const struct interface_config *config)
{
    static const operating_modes_t modes[] = {
        [MODE_SHARED] = VMNET_SHARED_MODE, [MODE_HOST] = VMNET_HOST_MODE, [MODE_BRIDGED] = VMNET_BRIDGED_MODE};

    xpc_dictionary_set_uint64(description, vmnet_operation_mode_key, modes[config->mode]);
    if (config->mode == MODE_BRIDGED)
        xpc_dictionary_set_string(description, vmnet_shared_interface_name_key, config->shared_interface);
}

static void describe_address(xpc_object_t description, const char *key, uint32_t address)
{
    char text[IPV4_TEXT_SIZE];

    xpc_dictionary_set_string(description, key, ipv4_format(address, text));
}

static int describe_engine(xpc_object_t description)
{
    const char *key = vmnet_newer_key("vmnet_enable_virtio_header_key");

    if (!key) {
        log_error("vmnet", "this macOS gives no virtio headers (15.4 is the first that does): "
                           "use --offload-engine off");
        return -1;
    }
    /* The header says what is still to be done to a frame; checksum offload without one is another
     * contract, and vmnet takes only one of them. */
    xpc_dictionary_set_bool(description, key, true);
    xpc_dictionary_set_bool(description, vmnet_enable_tso_key, true);
    return 0;
}

xpc_object_t vmnet_describe(const struct interface_config *config)
{
    xpc_object_t description = xpc_dictionary_create(NULL, NULL, 0);

    /* A network of the broker knows its mode, addresses and isolation; vmnet ignores the id there. */
    if (!config->network[0]) {
        describe_mode(description, config);
        if (config->has_addresses) {
            describe_address(description, vmnet_start_address_key, config->start_address);
            describe_address(description, vmnet_end_address_key, config->end_address);
            describe_address(description, vmnet_subnet_mask_key, config->subnet_mask);
        }
        if (config->isolation)
            xpc_dictionary_set_bool(description, vmnet_enable_isolation_key, true);
    }
    xpc_dictionary_set_uuid(description, vmnet_interface_id_key, config->id);

    if (config->engine) {
        if (describe_engine(description) < 0) {
            xpc_release(description);
            return NULL;
        }
    } else {
        if (config->tso)
            xpc_dictionary_set_bool(description, vmnet_enable_tso_key, true);
        if (config->checksum_offload)
            xpc_dictionary_set_bool(description, vmnet_enable_checksum_offload_key, true);
    }
    return description;
}

/* A getter gives NULL or 0 also for a value of another type: so it is never trusted. */
static bool take_address(xpc_object_t parameters, const char *key, uint32_t *address)
{
    const char *text = xpc_dictionary_get_string(parameters, key);

    return text && ipv4_parse(text, address) == 0;
}

static uint32_t take_number(xpc_object_t parameters, const char *key, uint32_t missing)
{
    uint64_t number = key ? xpc_dictionary_get_uint64(parameters, key) : 0;

    return number > 0 && number <= UINT32_MAX ? (uint32_t)number : missing;
}

int vmnet_take_parameters(xpc_object_t parameters, struct interface_info *info)
{
    if (!parameters) {
        log_error("vmnet", "vmnet started the interface but told nothing about it: update macOS");
        return -1;
    }

    const char *mac = xpc_dictionary_get_string(parameters, vmnet_mac_address_key);
    if (!mac || mac_parse(mac, info->mac) < 0) {
        log_error("vmnet", "vmnet gave no usable MAC address: update macOS");
        return -1;
    }

    const uint8_t *id = xpc_dictionary_get_uuid(parameters, vmnet_interface_id_key);
    if (id)
        memcpy(info->id, id, sizeof(info->id));

    info->mtu = take_number(parameters, vmnet_mtu_key, 1500);
    info->max_packet_size = take_number(parameters, vmnet_max_packet_size_key, 0);
    if (info->max_packet_size < FRAME_HEADER || info->max_packet_size > FRAME_BUFFER) {
        log_error("vmnet", "vmnet tells of packets of up to %u bytes; the helper can take %u: report this",
                  info->max_packet_size, FRAME_MAX);
        return -1;
    }
    if (info->max_packet_size > FRAME_MAX)
        info->max_packet_size = FRAME_MAX; /* counted with its virtio header */
    info->read_max_packets =
        take_number(parameters, vmnet_newer_key("vmnet_read_max_packets_key"), VMNET_OLD_MAX_PACKETS);
    info->write_max_packets =
        take_number(parameters, vmnet_newer_key("vmnet_write_max_packets_key"), VMNET_OLD_MAX_PACKETS);

    info->has_addresses = take_address(parameters, vmnet_start_address_key, &info->start_address) &&
                          take_address(parameters, vmnet_end_address_key, &info->end_address) &&
                          take_address(parameters, vmnet_subnet_mask_key, &info->subnet_mask);

    const char *prefix = xpc_dictionary_get_string(parameters, vmnet_nat66_prefix_key);
    info->has_nat66_prefix = prefix && text_copy(info->nat66_prefix, sizeof(info->nat66_prefix), prefix);
    return 0;
}
