#include "helper/option_values.h"
#include "common/ipv4.h"
#include "common/log.h"
#include "common/text.h"

#include <limits.h>
#include <string.h>

static const char *const mode_names[] = {[MODE_SHARED] = "shared", [MODE_HOST] = "host", [MODE_BRIDGED] = "bridged"};

const char *options_mode_name(enum operation_mode mode)
{
    return mode_names[mode];
}

/* 0-2 are this program's own. */
static int set_descriptor(int *fd, const char *name, const char *value)
{
    unsigned long number;

    if (text_parse_number(value, 3, INT_MAX, &number) < 0) {
        log_error("main", "bad --%s \"%s\": give the number of an inherited descriptor, 3 or more", name, value);
        return -1;
    }
    *fd = (int)number;
    return 0;
}

int option_fd(struct options *options, const char *value)
{
    return set_descriptor(&options->fd, "fd", value);
}

int option_parent_liveness_fd(struct options *options, const char *value)
{
    return set_descriptor(&options->parent_liveness_fd, "parent-liveness-fd", value);
}

int option_notify_fd(struct options *options, const char *value)
{
    return set_descriptor(&options->notify_fd, "notify-fd", value);
}

int option_socket(struct options *options, const char *value)
{
    if (!*value) {
        log_error("main", "bad --socket \"\": give the path of a socket to make");
        return -1;
    }
    options->socket_path = value;
    return 0;
}

int option_framing(struct options *options, const char *value)
{
    if (strcmp(value, "datagram") == 0)
        options->framing = FRAMING_DATAGRAM;
    else if (strcmp(value, "stream") == 0)
        options->framing = FRAMING_STREAM;
    else {
        log_error("main", "bad --framing \"%s\": choose datagram or stream", value);
        return -1;
    }
    return 0;
}

int option_interface_id(struct options *options, const char *value)
{
    if (id_parse(value, options->interface.id) < 0) {
        log_error("main", "bad --interface-id \"%s\": give a UUID like 2835E074-9892-4A79-AFFB-7E41D2605678", value);
        return -1;
    }
    options->has_id = true;
    return 0;
}

int option_operation_mode(struct options *options, const char *value)
{
    for (int mode = MODE_SHARED; mode <= MODE_BRIDGED; mode++)
        if (strcmp(value, mode_names[mode]) == 0) {
            options->interface.mode = (enum operation_mode)mode;
            options->has_mode = true;
            return 0;
        }
    log_error("main", "unknown operation mode \"%s\": choose shared, host or bridged", value);
    return -1;
}

int option_shared_interface(struct options *options, const char *value)
{
    if (!*value || !text_copy(options->interface.shared_interface, INTERFACE_NAME_SIZE, value)) {
        log_error("main", "bad --shared-interface \"%s\": see --list-shared-interfaces", value);
        return -1;
    }
    return 0;
}

int option_network(struct options *options, const char *value)
{
    if (!*value || !text_copy(options->interface.network, INTERFACE_NAME_SIZE, value)) {
        log_error("main", "bad --network \"%s\": give the name of a network of vmnet-broker", value);
        return -1;
    }
    return 0;
}

static int set_address(uint32_t *address, bool *given, const char *name, const char *value)
{
    if (ipv4_parse(value, address) < 0) {
        log_error("main", "bad --%s \"%s\": give an IPv4 address like 192.168.105.1", name, value);
        return -1;
    }
    *given = true;
    return 0;
}

int option_start_address(struct options *options, const char *value)
{
    return set_address(&options->interface.start_address, &options->has_start, "start-address", value);
}

int option_end_address(struct options *options, const char *value)
{
    return set_address(&options->interface.end_address, &options->has_end, "end-address", value);
}

int option_subnet_mask(struct options *options, const char *value)
{
    uint32_t mask;

    if (ipv4_parse(value, &mask) < 0 || !ipv4_is_mask(mask)) {
        log_error("main", "bad --subnet-mask \"%s\": give a mask of ones, then zeros, like 255.255.255.0", value);
        return -1;
    }
    options->interface.subnet_mask = mask;
    options->has_mask = true;
    return 0;
}

int option_isolation(struct options *options, const char *value)
{
    options->interface.isolation = true;
    return 0;
}

int option_tso(struct options *options, const char *value)
{
    options->interface.tso = true;
    return 0;
}

int option_checksum_offload(struct options *options, const char *value)
{
    options->interface.checksum_offload = true;
    return 0;
}

int option_offload_engine(struct options *options, const char *value)
{
    if (strcmp(value, "auto") == 0)
        options->engine = ENGINE_AUTO;
    else if (strcmp(value, "off") == 0)
        options->engine = ENGINE_OFF;
    else if (strcmp(value, "on") == 0)
        options->engine = ENGINE_ON;
    else {
        log_error("main", "bad --offload-engine \"%s\": choose auto, on or off", value);
        return -1;
    }
    return 0;
}

int option_stats_interval(struct options *options, const char *value)
{
    unsigned long seconds;

    if (text_parse_number(value, 1, 86400, &seconds) < 0) {
        log_error("main", "bad --stats-interval \"%s\": give whole seconds, 1 to 86400", value);
        return -1;
    }
    options->stats_interval = (unsigned)seconds;
    return 0;
}

int option_guard(struct options *options, const char *value)
{
    if (value && mac_parse(value, options->guard_mac) < 0) {
        log_error("main", "bad --guard \"%s\": give the VM's MAC address like 52:54:00:12:34:56", value);
        return -1;
    }
    options->guard = true;
    options->has_guard_mac = value != NULL;
    return 0;
}

int option_pcap(struct options *options, const char *value)
{
    if (!*value) {
        log_error("main", "bad --pcap \"\": give the path of a file to make");
        return -1;
    }
    options->pcap_path = value;
    return 0;
}

int option_pcap_fd(struct options *options, const char *value)
{
    return set_descriptor(&options->pcap_fd, "pcap-fd", value);
}

int option_keep(struct options *options, const char *value)
{
    options->keep = true;
    return 0;
}

int option_user(struct options *options, const char *value)
{
    options->user = value;
    return 0;
}

int option_json(struct options *options, const char *value)
{
    options->json = true;
    return 0;
}

int option_verbose(struct options *options, const char *value)
{
    options->verbose = true;
    return 0;
}

/* --help before --version before the others, however they are ordered. */
static int set_action(struct options *options, enum action action)
{
    if (options->action == ACTION_RUN || action < options->action)
        options->action = action;
    return 0;
}

int option_list(struct options *options, const char *value)
{
    return set_action(options, ACTION_LIST);
}

int option_selftest(struct options *options, const char *value)
{
    return set_action(options, ACTION_SELFTEST);
}

int option_cleanup(struct options *options, const char *value)
{
    return set_action(options, ACTION_CLEANUP);
}

int option_version(struct options *options, const char *value)
{
    return set_action(options, ACTION_VERSION);
}

int option_help(struct options *options, const char *value)
{
    return set_action(options, ACTION_HELP);
}

static int wrong(const char *text)
{
    log_error("main", "%s", text);
    return -1;
}

/* vmnet takes private addresses only, and so do we: a public one would cut the host off from it. */
static int addresses_agree(struct options *options)
{
    uint32_t start = options->interface.start_address;
    uint32_t end = options->interface.end_address;
    uint32_t mask = options->interface.subnet_mask;
    int given = options->has_start + options->has_end + options->has_mask;

    if (!given)
        return 0;
    if (given < 3)
        return wrong("--start-address, --end-address and --subnet-mask go together: give all three or none");
    if (options->interface.mode == MODE_BRIDGED)
        return wrong("--start-address is for shared and host mode: a bridged network has its own addresses");
    if (!ipv4_is_private(start) || !ipv4_is_private(end))
        return wrong("addresses must be private: take them from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16");
    if ((start & mask) != (end & mask))
        return wrong("--end-address is outside the subnet of --start-address and --subnet-mask");
    /* 10.0.0.0 with mask 128.0.0.0 holds public addresses too. */
    if (!ipv4_is_private(start & mask) || !ipv4_is_private(start | ~mask))
        return wrong("--subnet-mask is too wide: the subnet holds addresses that are not private");
    if (end <= start)
        return wrong("--end-address must come after --start-address: the VMs' addresses lie between");
    if ((start & ~mask) == 0)
        return wrong("--start-address is the address of the subnet itself: the first usable one is one higher");
    if ((end & ~mask) == ~mask)
        return wrong("--end-address is the broadcast address of the subnet: the last usable one is one lower");
    options->interface.has_addresses = true;
    return 0;
}

static int mode_agrees(const struct options *options)
{
    bool bridged = options->interface.mode == MODE_BRIDGED;
    bool named = options->interface.shared_interface[0];

    if (bridged && !named)
        return wrong("bridged mode needs --shared-interface NAME: see --list-shared-interfaces");
    if (named && !bridged)
        return wrong("--shared-interface is for --operation-mode bridged only");
    return 0;
}

static int network_agrees(const struct options *options)
{
    if (!options->interface.network[0])
        return 0;
    if (!interface_takes_networks())
        return wrong("--network needs macOS 26 and vmnet-broker: leave it out");
    if (options->has_mode || options->has_start || options->has_end || options->has_mask ||
        options->interface.isolation)
        return wrong("--network has a mode, addresses and isolation of its own: leave those options out");
    return 0;
}

static bool descriptors_differ(const struct options *options)
{
    const int all[] = {options->fd, options->parent_liveness_fd, options->notify_fd, options->pcap_fd};

    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            if (all[i] >= 0 && all[i] == all[j])
                return false;
    return true;
}

static int descriptors_agree(const struct options *options)
{
    int fd = options->fd;

    if (fd >= 0 && options->socket_path)
        return wrong("\"fd\" and \"socket\" exclude each other: give one of them");
    if (fd < 0 && !options->socket_path)
        return wrong("either \"fd\" or \"socket\" required: give --fd N or --socket PATH");
    if (options->keep && !options->socket_path)
        return wrong("--keep needs --socket: nobody else can connect to an inherited descriptor");
    if (options->pcap_path && options->pcap_fd >= 0)
        return wrong("--pcap and --pcap-fd exclude each other: give one of them");
    if (!descriptors_differ(options))
        return wrong("--fd, --parent-liveness-fd, --notify-fd and --pcap-fd must be different descriptors");
    return 0;
}

int options_agree(struct options *options)
{
    if (options->action == ACTION_CLEANUP && (options->fd >= 0 || options->socket_path))
        return wrong("--cleanup serves no VM: leave out --fd and --socket");
    if (options->json && options->action != ACTION_VERSION && options->action != ACTION_LIST &&
        options->action != ACTION_HELP)
        return wrong("--json is for --version and --list-shared-interfaces: the helper's own line is JSON anyway");
    if (options->action != ACTION_RUN)
        return 0;
    if (descriptors_agree(options) < 0 || mode_agrees(options) < 0 || addresses_agree(options) < 0 ||
        network_agrees(options) < 0)
        return -1;
    if (options->engine == ENGINE_ON && options->interface.tso)
        return wrong("--offload-engine on is for a VM without --enable-tso: leave out one of them");
    if (!options->has_id && id_random(options->interface.id) < 0)
        return wrong("no randomness for an interface id: give one with --interface-id");
    /* A VM that takes super-frames itself needs none. */
    options->interface.engine = !options->interface.tso && options->engine != ENGINE_OFF &&
                                (options->engine == ENGINE_ON || interface_prefers_engine());
    return 0;
}
