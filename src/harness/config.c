#include "harness/config.h"
#include "harness/architecture.h"
#include "harness/checksum.h"
#include "harness/message.h"
#include "harness/url.h"
#include "common/ipv4.h"
#include "common/text.h"
#include "common/uuid.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option_entry config_options[] = {
    [CONFIG_DRIVER] = {"driver", 0, "NAME", "what runs the VM: qemu (default), vfkit or krunkit"},
    [CONFIG_CONNECTION] = {"connection", 0, "HOW", "how VM and helper meet: fd (default), socket, stream or client"},
    [CONFIG_IMAGE] = {"image", 0, "NAME|URL|FILE", "debian (default), tiny, another of `image list`, or a disk image"},
    [CONFIG_CPUS] = {"cpus", 0, "N", "virtual processors (default 2; tiny 1)"},
    [CONFIG_MEMORY] = {"memory", 0, "MIB", "memory in MiB (default 1024; tiny 256)"},
    [CONFIG_DISK_SIZE] = {"disk-size", 0, "GIB", "size of the disk in GiB (default: the image's)"},
    [CONFIG_IP_ADDRESS] = {"ip-address", 0, "ADDRESS", "a fixed IPv4 address in the subnet, instead of DHCP"},
    [CONFIG_NETNS] = {"netns", 0, "NAME", "network namespace for helper and VM, made if missing (Linux)"},
    [CONFIG_DRIVER_COMMAND] = {"driver-command", 0, "PATH", "the program to run instead of the driver's own"},
    [CONFIG_VFKIT_MAGIC] = {"vfkit-magic", 0, "on|off", "send VFKT to the socket first (vfkit on, krunkit off)"},
    [CONFIG_ENABLE_OFFLOADING] = {"enable-offloading", 0, NULL, "super-frames between VM and helper (krunkit)"},
    [CONFIG_WAIT] = {"wait", 0, "WHAT", "start waits for: login (default) or address"},
    [CONFIG_DNS_SERVERS] = {"dns-servers", 0, "LIST", "IPv4 addresses with commas, instead of the network's"},
    [CONFIG_CLOUD_INIT] = {"cloud-init", 0, "FILE", "user-data (#cloud-config) to merge into the seed"},
    [CONFIG_PROVISION] = {"provision", 0, "SCRIPT", "run in the guest as root, once, after its first login"},
    [CONFIG_SSH_KEY] = {"ssh-key", 0, "FILE", "public keys to let in as well; may be repeated", true},
    [CONFIG_DISK] = {"disk", 0, "GIB|FILE", "one more disk, new or a file; may be repeated", true},
    [CONFIG_ARCH] = {"arch", 0, "NAME", "x86-64 or arm64; another than this machine's is emulated"},
    [CONFIG_SHA256] = {"sha256", 0, "HEX", "what the image from a URL or file must have"},
    [CONFIG_MIRROR] = {"mirror", 0, "URL", "download the image from there instead of the host in its URL"},
    [CONFIG_OPERATION_MODE] = {"operation-mode", 0, "MODE", "shared (default), host or bridged"},
    [CONFIG_SHARED_INTERFACE] = {"shared-interface", 0, "NAME", "the interface to join, for bridged"},
    [CONFIG_START_ADDRESS] = {"start-address", 0, "ADDRESS", "the network's gateway"},
    [CONFIG_END_ADDRESS] = {"end-address", 0, "ADDRESS", "the last address of the DHCP range"},
    [CONFIG_SUBNET_MASK] = {"subnet-mask", 0, "MASK", "the network's mask"},
    [CONFIG_ENABLE_ISOLATION] = {"enable-isolation", 0, NULL, "no traffic between this VM and others"},
    [CONFIG_OFFLOAD_ENGINE] = {"offload-engine", 0, "WHEN", "the helper cuts and joins TCP frames: auto, on or off"},
    [CONFIG_INTERFACE_ID] = {"interface-id", 0, "UUID", "identity of the interface (default: from the name)"},
    [CONFIG_STATS_INTERVAL] = {"stats-interval", 0, "SECONDS", "the helper logs its counters this often"},
    [CONFIG_TIMEOUT] = {"timeout", 0, "SECONDS", "give up when the guest has no address and login by then (120)"},
    [CONFIG_FOREGROUND] = {"foreground", 0, NULL, "stay until the VM ends; Ctrl-C stops it"},
    [CONFIG_JSON] = {"json", 0, NULL, "print the result as JSON"},
    [CONFIG_FILE] = {"file", 'f', "FILE", "start the VMs of a YAML file; its keys are these options"},
    [CONFIG_ALL] = {"all", 0, NULL, "start all VMs that are stopped"},
    [CONFIG_COUNT] = {0},
};

static const char *const connections[] = {"fd", "socket", "stream", "client", NULL};
static const char *const switches[] = {"on", "off", NULL};
static const char *const engines[] = {"auto", "on", "off", NULL};
static const char *const waits[] = {"login", "address", NULL};
static const char *const modes[] = {"shared", "host", "bridged", NULL};

const char *connection_name(enum connection connection)
{
    return connections[connection];
}

/* Refuse the options, because of this one; CONFIG_COUNT: because of several. */
static int __attribute__((format(printf, 3, 4))) refuse(struct config *config, enum config_option option,
                                                        const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(config->reason, sizeof(config->reason), format, args);
    va_end(args);
    config->wrong = option;
    return -1;
}

/* The place of text in words, or -1 with a reason that lists them. */
static int choose(struct config *config, const char *text, const char *const *words, enum config_option option)
{
    char all[128] = "";

    for (int i = 0; words[i]; i++) {
        if (strcmp(text, words[i]) == 0)
            return i;
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    return refuse(config, option, "option \"--%s\" must be %s, not \"%s\"", config_options[option].name, all, text);
}

static int number(struct config *config, enum config_option option, unsigned long min, unsigned long max,
                  unsigned long *value)
{
    const char *text = config->texts[option];

    if (!text || text_parse_number(text, min, max, value) == 0)
        return 0;
    return refuse(config, option, "option \"--%s\" must be a number from %lu to %lu, not \"%s\"",
                  config_options[option].name, min, max, text);
}

static int address(struct config *config, enum config_option option, uint32_t *value)
{
    const char *text = config->texts[option];

    if (!text || ipv4_parse(text, value) == 0)
        return 0;
    return refuse(config, option, "option \"--%s\" must be an IPv4 address, not \"%s\"", config_options[option].name,
                  text);
}

static int check_name(struct config *config, const char *what, const char *text, enum config_option option)
{
    char reason[256];

    if (name_is_good(text))
        return 0;
    name_reason(what, text, reason, sizeof(reason));
    return refuse(config, option, "%s", reason);
}

static int fill_network(struct config *config)
{
    const char *mode = config->texts[CONFIG_OPERATION_MODE];
    const char *interface = config->texts[CONFIG_SHARED_INTERFACE];
    bool bridged = mode && strcmp(mode, "bridged") == 0;
    uint32_t start = 0, end = 0, mask = 0;
    int given = 0;

    if (mode && choose(config, mode, modes, CONFIG_OPERATION_MODE) < 0)
        return -1;
    if (bridged && !interface)
        return refuse(config, CONFIG_OPERATION_MODE, "--operation-mode bridged needs --shared-interface");
    if (!bridged && interface)
        return refuse(config, CONFIG_SHARED_INTERFACE, "--shared-interface is for --operation-mode bridged");
    config->host_mode = mode && strcmp(mode, "host") == 0;
    for (int i = CONFIG_START_ADDRESS; i <= CONFIG_SUBNET_MASK; i++)
        given += config->texts[i] != NULL;
    if (given && given != 3)
        return refuse(config, CONFIG_COUNT,
                      "--start-address, --end-address and --subnet-mask are used all together or not at all");
    if (address(config, CONFIG_START_ADDRESS, &start) < 0 || address(config, CONFIG_END_ADDRESS, &end) < 0 ||
        address(config, CONFIG_SUBNET_MASK, &mask) < 0)
        return -1;
    if (given && !ipv4_is_mask(mask))
        return refuse(config, CONFIG_SUBNET_MASK,
                      "--subnet-mask %s is not a mask: ones, then zeros", config->texts[CONFIG_SUBNET_MASK]);
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
        return refuse(config, CONFIG_IP_ADDRESS,
                      "--ip-address is for shared and host mode: a bridged network has its own addresses");
    config_subnet(config, &gateway, &mask);
    uint32_t host = config->ip & ~mask;
    if ((config->ip & mask) != (gateway & mask) || host == 0 || host == ~mask || config->ip == gateway)
        return refuse(config, CONFIG_IP_ADDRESS, "--ip-address %s is not a free address of the subnet of %s/%u",
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
        return refuse(config, CONFIG_INTERFACE_ID, "option \"--interface-id\" must be a UUID, not \"%s\"", text);
    if (!text) {
        snprintf(seed, sizeof(seed), "vmnet-helper-example-%s", name);
        id_from_seed(seed, strlen(seed), id);
    }
    id_format(id, config->interface_id);
    return 0;
}

static int fill_connection(struct config *config)
{
    const char *connection = config->texts[CONFIG_CONNECTION], *magic = config->texts[CONFIG_VFKIT_MAGIC];
    const struct driver *driver = config->driver;

    int chosen = connection ? choose(config, connection, connections, CONFIG_CONNECTION) : CONNECTION_FD;
    if (chosen < 0 || (magic && choose(config, magic, switches, CONFIG_VFKIT_MAGIC) < 0))
        return -1;
    config->connection = (enum connection)chosen;
    if (chosen == CONNECTION_STREAM && !driver->can_stream)
        return refuse(config, CONFIG_CONNECTION,
                      "--connection stream is not supported for the driver %s", driver->name);
    if (magic && !driver->can_magic)
        return refuse(config, CONFIG_VFKIT_MAGIC,
                      "--vfkit-magic is for vfkit and krunkit, not for the driver %s", driver->name);
    config->magic = magic ? strcmp(magic, "on") == 0 : driver->magic_by_default;
    config->offloading = config->texts[CONFIG_ENABLE_OFFLOADING] != NULL;
    if (config->offloading && !driver->can_offload)
        return refuse(config, CONFIG_ENABLE_OFFLOADING,
                      "--enable-offloading is for krunkit, not for the driver %s", driver->name);
    return 0;
}

/* A program without a slash is looked up in PATH when it is started. */
static int fill_program(struct config *config)
{
    const char *program = config->texts[CONFIG_DRIVER_COMMAND];

    if (program && (!*program || (strchr(program, '/') && access(program, X_OK) < 0)))
        return refuse(config, CONFIG_DRIVER_COMMAND, "--driver-command \"%s\" cannot be run: %s", program,
                             *program ? strerror(errno) : "it is empty");
    config->program = program;
    return 0;
}

static int fill_files(struct config *config)
{
    static const enum config_option readable[] = {CONFIG_CLOUD_INIT, CONFIG_PROVISION};
    const char **const places[] = {&config->cloud_init, &config->provision};

    for (size_t i = 0; i < sizeof(readable) / sizeof(*readable); i++) {
        const char *path = config->texts[readable[i]];
        if (path && access(path, R_OK) < 0)
            return refuse(config, readable[i],
                          "cannot read the file of --%s, %s: %s", config_options[readable[i]].name, path,
                                 strerror(errno));
        *places[i] = path;
    }
    config->ssh_keys = config->texts[CONFIG_SSH_KEY];
    config->disks = config->texts[CONFIG_DISK];
    if (config->provision && !config->wait_login)
        return refuse(config, CONFIG_PROVISION, "--provision needs a login: not with --wait address");
    return 0;
}

static int fill_dns(struct config *config)
{
    const char *text = config->texts[CONFIG_DNS_SERVERS];
    char one[IPV4_TEXT_SIZE];

    for (; text; text = *text ? text + 1 : NULL) {
        size_t length = strcspn(text, ",");
        snprintf(one, sizeof(one), "%.*s", length < sizeof(one) ? (int)length : 0, text);
        if (config->dns_count == DNS_MAX || ipv4_parse(one, &config->dns[config->dns_count]) < 0)
            return refuse(config, CONFIG_DNS_SERVERS,
                          "option \"--dns-servers\" must be 1 to %d IPv4 addresses with commas, not \"%s\"",
                                 DNS_MAX, config->texts[CONFIG_DNS_SERVERS]);
        config->dns_count++;
        text += length;
    }
    return 0;
}

static int fill_image(struct config *config)
{
    const char *arch = config->texts[CONFIG_ARCH], *sha256 = config->texts[CONFIG_SHA256];
    const char *mirror = config->texts[CONFIG_MIRROR];
    char digits[CHECKSUM_SIZE], reason[URL_REASON_SIZE];

    config->image = config->texts[CONFIG_IMAGE] ? config->texts[CONFIG_IMAGE] : "debian";
    if (!strchr(config->image, '/') && check_name(config, "image name", config->image, CONFIG_IMAGE) < 0)
        return -1;
    if (url_is(config->image) && url_check(config->image, reason) < 0)
        return refuse(config, CONFIG_IMAGE, "image %s", reason);
    if (arch && !(config->arch = architecture_find(arch)))
        return refuse(config, CONFIG_ARCH, "option \"--arch\" must be x86-64 or arm64, not \"%s\"", arch);
    if (sha256 && (!checksum_parse(sha256, digits) || strcmp(checksum_kind(digits), "sha256") != 0))
        return refuse(config, CONFIG_SHA256, "option \"--sha256\" must be 64 hexadecimal digits, not \"%s\"", sha256);
    if (mirror && url_check(mirror, reason) < 0)
        return refuse(config, CONFIG_MIRROR, "option \"--mirror\": the URL %s", reason);
    return 0;
}

static int fill_machine(struct config *config)
{
    const char *driver = config->texts[CONFIG_DRIVER], *engine = config->texts[CONFIG_OFFLOAD_ENGINE];
    const char *wait = config->texts[CONFIG_WAIT];

    if (driver && choose(config, driver, driver_names(), CONFIG_DRIVER) < 0)
        return -1;
    config->driver = driver_find(driver ? driver : driver_names()[0]);
    if ((engine && choose(config, engine, engines, CONFIG_OFFLOAD_ENGINE) < 0) ||
        (wait && choose(config, wait, waits, CONFIG_WAIT) < 0))
        return -1;
    config->wait_login = !wait || strcmp(wait, waits[0]) == 0;
    if (fill_image(config) < 0)
        return -1;
    unsigned long interval;
    return number(config, CONFIG_CPUS, 1, 64, &config->cpus) < 0 ||
           number(config, CONFIG_MEMORY, 64, 1048576, &config->memory) < 0 ||
           number(config, CONFIG_DISK_SIZE, 1, 65536, &config->disk_size) < 0 ||
           number(config, CONFIG_STATS_INTERVAL, 1, 86400, &interval) < 0 || fill_connection(config) < 0 ||
           fill_program(config) < 0 || fill_files(config) < 0 || fill_dns(config) < 0 ? -1 : 0;
}

bool config_is_path(enum config_option option)
{
    return option == CONFIG_IMAGE || option == CONFIG_DRIVER_COMMAND || option == CONFIG_CLOUD_INIT ||
           option == CONFIG_PROVISION || option == CONFIG_SSH_KEY || option == CONFIG_DISK;
}

/* Numbers are sizes of disks; words without a slash are programs in PATH, and names of images. */
static bool is_relative(enum config_option option, const char *text, size_t length)
{
    bool may_be_name = option == CONFIG_DRIVER_COMMAND || option == CONFIG_IMAGE;

    return length && text[0] != '/' && strspn(text, "0123456789") < length &&
           (!may_be_name || (memchr(text, '/', length) && !strstr(text, "://")));
}

char *config_absolute(enum config_option option, const char *text, const char *folder)
{
    char current[PATH_MAX], *all = NULL;
    size_t size;
    FILE *out = open_memstream(&all, &size);

    if (!out) {
        message_error("not enough memory");
        return NULL;
    }
    if (!folder && !(folder = getcwd(current, sizeof(current))))
        folder = "/";
    for (bool first = true; first || *text; first = false) {
        size_t length = strcspn(text, "\n");
        bool relative = is_relative(option, text, length);
        fprintf(out, "%s%s%s%.*s", first ? "" : "\n", relative ? folder : "", relative ? "/" : "", (int)length, text);
        text += length + (text[length] == '\n');
    }
    if (fclose(out) == 0)
        return all;
    message_error("not enough memory");
    return NULL;
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

int config_try(struct config *config, const char *name, const char *const *given, const char *const *kept)
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
        return refuse(config, CONFIG_TIMEOUT,
                      "option \"--timeout\" must be a number of seconds from 1 to 86400, not \"%s\"", timeout);
    config->foreground = given[CONFIG_FOREGROUND] != NULL;
    config->json = given[CONFIG_JSON] != NULL;
    config->netns = config->texts[CONFIG_NETNS];
    if (config->netns && check_name(config, "network namespace name", config->netns, CONFIG_NETNS) < 0)
        return -1;
    return fill_machine(config) < 0 || fill_network(config) < 0 || fill_ip(config) < 0 || fill_id(config, name) < 0
               ? -1 : 0;
}

int config_fill(struct config *config, const char *name, const char *const *given, const char *const *kept)
{
    return config_try(config, name, given, kept) == 0 ? 0 : message_error("%s", config->reason);
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
    if (config->offloading) {
        words_add(words, "--enable-tso");
        words_add(words, "--enable-checksum-offload");
    }
}
