#include "helper/info.h"
#include "common/file.h"
#include "common/ipv4.h"
#include "common/log.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool add_address(cJSON *json, const char *key, uint32_t address)
{
    char text[IPV4_TEXT_SIZE];
    return cJSON_AddStringToObject(json, key, ipv4_format(address, text));
}

/* A network of the broker, under the names that its callers know. */
static bool add_network(cJSON *json, const struct interface_info *info)
{
    return add_address(json, "net_ipv4_subnet", info->network_subnet) &&
           add_address(json, "net_ipv4_mask", info->network_mask) &&
           cJSON_AddStringToObject(json, "net_ipv6_prefix", info->network_prefix) &&
           cJSON_AddNumberToObject(json, "net_ipv6_prefix_len", info->network_prefix_length);
}

static bool add_keys(cJSON *json, const struct interface_info *info)
{
    char mac[MAC_TEXT_SIZE], id[ID_TEXT_SIZE];

    if (!cJSON_AddStringToObject(json, "vmnet_mac_address", mac_format(info->mac, mac)) ||
        !cJSON_AddStringToObject(json, "vmnet_interface_id", id_format(info->id, id)))
        return false;
    if (info->has_addresses && (!add_address(json, "vmnet_start_address", info->start_address) ||
                                !add_address(json, "vmnet_end_address", info->end_address) ||
                                !add_address(json, "vmnet_subnet_mask", info->subnet_mask)))
        return false;
    if (info->has_nat66_prefix && !cJSON_AddStringToObject(json, "vmnet_nat66_prefix", info->nat66_prefix))
        return false;
    if (info->has_network && !add_network(json, info))
        return false;
    if (info->name[0] && !cJSON_AddStringToObject(json, "helper_interface", info->name))
        return false;
    return cJSON_AddNumberToObject(json, "vmnet_mtu", info->mtu) &&
           cJSON_AddNumberToObject(json, "vmnet_max_packet_size", info->max_packet_size) &&
           cJSON_AddNumberToObject(json, "vmnet_read_max_packets", info->read_max_packets) &&
           cJSON_AddNumberToObject(json, "vmnet_write_max_packets", info->write_max_packets);
}

char *info_json(const struct interface_info *info)
{
    cJSON *json = cJSON_CreateObject();
    char *line = json && add_keys(json, info) ? cJSON_PrintUnformatted(json) : NULL;

    cJSON_Delete(json);
    return line;
}

static int leave_stdout(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || dup2(null, STDOUT_FILENO) < 0) {
        log_error("main", "cannot replace stdout by /dev/null: %s", strerror(errno));
        return -1;
    }
    close(null);
    return 0;
}

int info_print(const struct interface_info *info)
{
    char *line = info_json(info);
    size_t length = line ? strlen(line) : 0;

    if (!line || length >= INFO_MAX) {
        log_error("main", "cannot describe the interface in %d bytes", INFO_MAX);
        free(line);
        return -1;
    }
    line[length] = '\n';
    int result = file_write_all(STDOUT_FILENO, line, length + 1);
    free(line);
    if (result < 0) {
        log_error("main", "cannot write to stdout: %s: nobody will learn the MAC address", strerror(errno));
        return -1;
    }
    return leave_stdout();
}
