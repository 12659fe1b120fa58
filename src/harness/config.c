#include "harness/config.h"
#include "harness/message.h"
#include "common/ipv4.h"
#include "common/text.h"
#include "common/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option_entry config_options[] = {
    [CONFIG_DRIVER] = {"driver", 0, "NAME", "what runs the VM: qemu (default)"},
    [CONFIG_CONNECTION] = {"connection", 0, "HOW", "fd (default), socket or client: how VM and helper meet"},
    [CONFIG_IMAGE] = {"image", 0, "NAME|FILE", "debian (default), tiny, or a disk image with cloud-init"},
    [CONFIG_CPUS] = {"cpus", 0, "N", "virtual processors (default 2; tiny 1)"},
    [CONFIG_MEMORY] = {"memory", 0, "MIB", "memory in MiB (default 1024; tiny 256)"},
    [CONFIG_DISK_SIZE] = {"disk-size", 0, "GIB", "size of the disk in GiB (default: the image's)"},
    [CONFIG_IP_ADDRESS] = {"ip-address", 0, "ADDRESS", "a fixed IPv4 address in the subnet, instead of DHCP"},
    [CONFIG_NETNS] = {"netns", 0, "NAME", "network namespace for helper and VM, made if missing (Linux)"},
    [CONFIG_OPERATION_MODE] = {"operation-mode", 0, "MODE", "shared (default), host or bridged"},
    [CONFIG_SHARED_INTERFACE] = {"shared-interface", 0, "NAME", "the interface to join, for bridged"},
    [CONFIG_START_ADDRESS] = {"start-address", 0, "ADDRESS", "the network's gateway"},
    [CONFIG_END_ADDRESS] = {"end-address", 0, "ADDRESS", "the last address of the DHCP range"},
    [CONFIG_SUBNET_MASK] = {"subnet-mask", 0, "MASK", "the network's mask"},
    [CONFIG_ENABLE_ISOLATION] = {"enable-isolation", 0, NULL, "no traffic between this VM and others"},
    [CONFIG_INTERFACE_ID] = {"interface-id", 0, "UUID", "identity of the interface (default: from the name)"},
    [CONFIG_STATS_INTERVAL] = {"stats-interval", 0, "SECONDS", "the helper logs its counters this often"},
    [CONFIG_TIMEOUT] = {"timeout", 0, "SECONDS", "give up when the guest has no address and login by then (120)"},
    [CONFIG_FOREGROUND] = {"foreground", 0, NULL, "stay until the VM ends; Ctrl-C stops it"},
    [CONFIG_JSON] = {"json", 0, NULL, "print the result as JSON"},
    [CONFIG_COUNT] = {0},
};

static const char *const connections[] = {"fd", "socket", "client", NULL};
static const char *const drivers[] = {"qemu", NULL};
static const char *const modes[] = {"shared", "host", "bridged", NULL};

const char *connection_name(enum connection connection)
{
    return connections[connection];
}

/* The place of text in words, or -1 after a message that lists them. */
static int choose(const char *text, const char *const *words, enum config_option option)
{
    char all[128] = "";

    for (int i = 0; words[i]; i++) {
        if (strcmp(text, words[i]) == 0)
            return i;
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    return message_error("option \"--%s\" must be %s, not \"%s\"", config_options[option].name, all, text);
}

static int number(const struct config *config, enum config_option option, unsigned long min, unsigned long max,
                  unsigned long *value)
{
    const char *text = config->texts[option];

    if (!text || text_parse_number(text, min, max, value) == 0)
        return 0;
    return message_error("option \"--%s\" must be a number from %lu to %lu, not \"%s\"", config_options[option].name,
                         min, max, text);
}

static int address(const struct config *config, enum config_option option, uint32_t *value)
{
    const char *text = config->texts[option];

    if (!text || ipv4_parse(text, value) == 0)
        return 0;
    return message_error("option \"--%s\" must be an IPv4 address, not \"%s\"", config_options[option].name, text);
}

static int fill_network(struct config *config)
{
    const char *mode = config->texts[CONFIG_OPERATION_MODE];
    const char *interface = config->texts[CONFIG_SHARED_INTERFACE];
    bool bridged = mode && strcmp(mode, "bridged") == 0;
    uint32_t start = 0, end = 0, mask = 0;
    int given = 0;

    if (mode && choose(mode, modes, CONFIG_OPERATION_MODE) < 0)
        return -1;
    if (bridged && !interface)
        return message_error("--operation-mode bridged needs --shared-interface");
    if (!bridged && interface)
        return message_error("--shared-interface is for --operation-mode bridged");
    config->host_mode = mode && strcmp(mode, "host") == 0;
    for (int i = CONFIG_START_ADDRESS; i <= CONFIG_SUBNET_MASK; i++)
        given += config->texts[i] != NULL;
    if (given && given != 3)
        return message_error("--start-address, --end-address and --subnet-mask are used all together or not at all");
    if (address(config, CONFIG_START_ADDRESS, &start) < 0 || address(config, CONFIG_END_ADDRESS, &end) < 0 ||
        address(config, CONFIG_SUBNET_MASK, &mask) < 0)
        return -1;
    if (given && !ipv4_is_mask(mask))
        return message_error("--subnet-mask %s is not a mask: ones, then zeros", config->texts[CONFIG_SUBNET_MASK]);
    return 0;
}

void config_subnet(const struct config *config, uint32_t *gateway, uint32_t *mask)
{
    *gateway = config->host_mode ? 0xc0a86a01 : 0xc0a86901; /* 192.168.106.1, 192.168.105.1 */
    *mask = 0xffffff00;
    if (config->texts[CONFIG_START_ADDRESS])
        ipv4_parse(config->texts[CONFIG_START_ADDRESS], gateway);
    if (config->texts[CONFIG_SUBNET_MASK])
        ipv4_parse(config->texts[CONFIG_SUBNET_MASK], mask);
}

static int fill_ip(struct config *config)
{
    const char *mode = config->texts[CONFIG_OPERATION_MODE];
    char first[IPV4_TEXT_SIZE];
    uint32_t gateway, mask;

    if (!config->texts[CONFIG_IP_ADDRESS])
        return 0;
    if (address(config, CONFIG_IP_ADDRESS, &config->ip) < 0)
        return -1;
    if (mode && strcmp(mode, "bridged") == 0)
        return message_error("--ip-address is for shared and host mode: a bridged network has its own addresses");
    config_subnet(config, &gateway, &mask);
    uint32_t host = config->ip & ~mask;
    if ((config->ip & mask) != (gateway & mask) || host == 0 || host == ~mask || config->ip == gateway)
        return message_error("--ip-address %s is not a free address of the subnet of %s/%u",
                             config->texts[CONFIG_IP_ADDRESS], ipv4_format(gateway, first), ipv4_prefix_length(mask));
    config->has_ip = true;
    return 0;
}

static int fill_id(struct config *config, const char *name)
{
    const char *text = config->texts[CONFIG_INTERFACE_ID];
    char seed[128];
    uint8_t id[ID_SIZE];

    if (text && id_parse(text, id) < 0)
        return message_error("option \"--interface-id\" must be a UUID, not \"%s\"", text);
    if (!text) {
        snprintf(seed, sizeof(seed), "vmnet-helper-example-%s", name);
        id_from_seed(seed, strlen(seed), id);
    }
    id_format(id, config->interface_id);
    return 0;
}

static int fill_machine(struct config *config)
{
    const char *connection = config->texts[CONFIG_CONNECTION];

    config->driver = config->texts[CONFIG_DRIVER] ? config->texts[CONFIG_DRIVER] : drivers[0];
    if (choose(config->driver, drivers, CONFIG_DRIVER) < 0)
        return -1;
    int chosen = connection ? choose(connection, connections, CONFIG_CONNECTION) : CONNECTION_FD;
    if (chosen < 0)
        return -1;
    config->connection = (enum connection)chosen;
    config->image = config->texts[CONFIG_IMAGE] ? config->texts[CONFIG_IMAGE] : "debian";
    if (!strchr(config->image, '/') && name_check("image name", config->image) < 0)
        return -1;
    unsigned long interval;
    return number(config, CONFIG_CPUS, 1, 64, &config->cpus) < 0 ||
           number(config, CONFIG_MEMORY, 64, 1048576, &config->memory) < 0 ||
           number(config, CONFIG_DISK_SIZE, 1, 65536, &config->disk_size) < 0 ||
           number(config, CONFIG_STATS_INTERVAL, 1, 86400, &interval) < 0 ? -1 : 0;
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

int config_fill(struct config *config, const char *name, const char *const *given, const char *const *kept)
{
    *config = (struct config){.timeout = 120};
    for (int i = 0; i < CONFIG_KEPT; i++)
        config->texts[i] = given[i];
    if (!config->texts[CONFIG_NETNS])
        config->texts[CONFIG_NETNS] = or_null(getenv("VMNET_NETNS"));
    for (int i = 0; kept && i < CONFIG_KEPT; i++)
        if (!config->texts[i])
            config->texts[i] = kept[i];

    const char *timeout = given[CONFIG_TIMEOUT];
    if (timeout && text_parse_number(timeout, 1, 86400, &config->timeout) < 0)
        return message_error("option \"--timeout\" must be a number of seconds from 1 to 86400, not \"%s\"", timeout);
    config->foreground = given[CONFIG_FOREGROUND] != NULL;
    config->json = given[CONFIG_JSON] != NULL;
    config->netns = config->texts[CONFIG_NETNS];
    if (config->netns && name_check("network namespace name", config->netns) < 0)
        return -1;
    return fill_machine(config) < 0 || fill_network(config) < 0 || fill_ip(config) < 0 || fill_id(config, name) < 0
               ? -1 : 0;
}

void config_add_helper_options(const struct config *config, struct words *words)
{
    words_add(words, "--interface-id");
    words_add(words, "%s", config->interface_id);
    for (int i = CONFIG_OPERATION_MODE; i <= CONFIG_STATS_INTERVAL; i++) {
        if (!config->texts[i] || i == CONFIG_INTERFACE_ID)
            continue;
        words_add(words, "--%s", config_options[i].name);
        if (config_options[i].argument)
            words_add(words, "%s", config->texts[i]);
    }
}
