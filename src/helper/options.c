#include "helper/options.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/option_values.h"

#include <string.h>

struct option_entry {
    const char *name;
    char letter;       /* 0: none */
    const char *value; /* what --help calls the value; NULL: a flag; "[=VALUE]": may be left out */
    int (*set)(struct options *options, const char *value);
    const char *help;
};

static const struct option_entry table[] = {
    {"fd", 'f', "N", option_fd, "serve the VM on this unix socket, inherited from the caller"},
    {"socket", 's', "PATH", option_socket, "serve the VM that connects to a socket made at this path"},
    {"framing", 0, "KIND", option_framing, "of the socket: datagram (default), or stream as QEMU and lima have it"},
    {"interface-id", 'i', "UUID", option_interface_id, "same id, same MAC address, same IP address (default: random)"},
    {"operation-mode", 0, "MODE", option_operation_mode, "shared, host or bridged (default: shared)"},
    {"shared-interface", 0, "NAME", option_shared_interface, "bridged mode: the interface or bridge to join"},
    {"network", 0, "NAME", option_network, "macOS 26: join this network of vmnet-broker"},
    {"list-shared-interfaces", 0, NULL, option_list, "print the names that --shared-interface takes"},
    {"start-address", 0, "ADDRESS", option_start_address, "the gateway's address; the VMs' follow it"},
    {"end-address", 0, "ADDRESS", option_end_address, "the last address for a VM"},
    {"subnet-mask", 0, "MASK", option_subnet_mask, "the subnet of both; give all three or none"},
    {"enable-isolation", 0, NULL, option_isolation, "keep this VM from the other VMs of the network"},
    {"enable-tso", 0, NULL, option_tso, "the VM takes and gives TCP super-frames of up to 65550 bytes"},
    {"enable-checksum-offload", 0, NULL, option_checksum_offload, "the VM may leave checksums to the network"},
    {"offload-engine", 0, "WHEN", option_offload_engine, "cut and join TCP frames in the helper: auto, on or off"},
    {"stats-interval", 0, "SECONDS", option_stats_interval, "log the counters so often; SIGUSR1 logs them too"},
    {"parent-liveness-fd", 0, "N", option_parent_liveness_fd, "stop when this pipe or socket reads end of file"},
    {"notify-fd", 0, "N", option_notify_fd, "write events there, one JSON object a line"},
    {"guard", 0, "[=MAC]", option_guard, "hold the VM to this MAC (or its first) and its lease; no DHCP server or router"},
    {"pcap", 0, "FILE", option_pcap, "capture all frames into this file, for tcpdump and Wireshark"},
    {"pcap-fd", 0, "N", option_pcap_fd, "capture all frames into this file or pipe, inherited from the caller"},
    {"keep", 0, NULL, option_keep, "when the VM goes away wait for the next one (with --socket)"},
    {"user", 0, "NAME", option_user, "become this user after opening the interface"},
    {"selftest", 0, NULL, option_selftest, "send frames through this program and back; needs no privilege"},
    {"cleanup", 0, NULL, option_cleanup, "remove networks that killed helpers left behind"},
    {"json", 0, NULL, option_json, "with --version or --list-shared-interfaces: print JSON"},
    {"verbose", 'v', NULL, option_verbose, "log more"},
    {"version", 0, NULL, option_version, "print version and commit"},
    {"help", 'h', NULL, option_help, "print this help"},
};

enum { COUNT = sizeof(table) / sizeof(table[0]) };

void options_help(FILE *out)
{
    fprintf(out, "Usage: vmnet-helper (--fd N | --socket PATH) [options]\n\n"
                 "Connect a virtual machine to the network through a unix socket.\n"
                 "One line of JSON on stdout describes the network interface.\n\nOptions:\n");
    for (int i = 0; i < COUNT; i++) {
        char left[48];
        const char *value = table[i].value;
        char letter[5] = "    ";
        if (table[i].letter)
            snprintf(letter, sizeof(letter), "-%c, ", table[i].letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, table[i].name, value && *value != '[' ? " " : "",
                 value ? value : "");
        fprintf(out, "  %-32s %s\n", left, table[i].help);
    }
    fprintf(out, "\nExit status: 0 stopped by a signal or because the VM is gone, 1 failure, 2 usage.\n");
}

static const struct option_entry *find_name(const char *name, size_t length)
{
    for (int i = 0; i < COUNT; i++)
        if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0)
            return &table[i];
    return NULL;
}

static const struct option_entry *find_letter(char letter)
{
    for (int i = 0; i < COUNT; i++)
        if (table[i].letter == letter)
            return &table[i];
    return NULL;
}

static int unknown_name(const char *name, size_t length)
{
    const char *names[COUNT + 1] = {NULL};
    char copy[64];

    snprintf(copy, sizeof(copy), "%.*s", length > 63 ? 63 : (int)length, name);
    for (int i = 0; i < COUNT; i++)
        names[i] = table[i].name;
    const char *nearest = text_nearest(copy, names);
    if (nearest)
        log_error("main", "unknown option \"--%s\": did you mean \"--%s\"?", copy, nearest);
    else
        log_error("main", "unknown option \"--%s\": see vmnet-helper --help", copy);
    return -1;
}

/* The value of an option that stands as the next argument. Something like "--keep" there is an
 * option whose predecessor lost its value, not a value. */
static const char *next_value(char **argv, int *index, const char *name)
{
    const char *value = argv[*index + 1];

    if (!value || strncmp(value, "--", 2) == 0) {
        log_error("main", "option \"%s\" needs a value: see vmnet-helper --help", name);
        return NULL;
    }
    ++*index;
    return value;
}

static int parse_long(struct options *options, char **argv, int *index)
{
    const char *name = argv[*index] + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct option_entry *entry = find_name(name, length);
    const char *value = equals ? equals + 1 : NULL;

    if (!entry)
        return unknown_name(name, length);
    if (!entry->value && equals) {
        log_error("main", "option \"--%s\" takes no value: leave out \"=%s\"", entry->name, value);
        return -1;
    }
    if (entry->value && *entry->value != '[' && !value && !(value = next_value(argv, index, argv[*index])))
        return -1;
    return entry->set(options, value);
}

/* "-v", "-f3", "-f 3", "-vf3". */
static int parse_letters(struct options *options, char **argv, int *index)
{
    for (const char *letter = argv[*index] + 1; *letter; letter++) {
        const struct option_entry *entry = find_letter(*letter);
        const char option[3] = {'-', *letter, '\0'};
        if (!entry) {
            log_error("main", "unknown option \"%s\": see vmnet-helper --help", option);
            return -1;
        }
        if (!entry->value) {
            if (entry->set(options, NULL) < 0)
                return -1;
            continue;
        }
        const char *value = letter[1] ? letter + 1 : next_value(argv, index, option);
        return value ? entry->set(options, value) : -1;
    }
    return 0;
}

int options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){.fd = -1, .parent_liveness_fd = -1, .notify_fd = -1, .pcap_fd = -1};

    for (int index = 1; index < argc; index++) {
        const char *argument = argv[index];
        int result;
        if (strncmp(argument, "--", 2) == 0 && argument[2]) {
            result = parse_long(options, argv, &index);
        } else if (argument[0] == '-' && argument[1] && argument[1] != '-') {
            result = parse_letters(options, argv, &index);
        } else {
            log_error("main", "unexpected argument \"%s\": vmnet-helper takes options only", argument);
            result = -1;
        }
        if (result < 0)
            return -1;
    }
    return options_agree(options);
}
