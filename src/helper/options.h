/* The command line. One table (options.c) drives the parser, --help and the error messages. */
#ifndef HELPER_OPTIONS_H
#define HELPER_OPTIONS_H

#include "helper/channel.h"
#include "helper/interface.h"

#include <stdio.h>

enum action { ACTION_RUN, ACTION_HELP, ACTION_VERSION, ACTION_LIST, ACTION_CLEANUP, ACTION_SELFTEST };
enum engine_choice { ENGINE_AUTO, ENGINE_ON, ENGINE_OFF };

struct options {
    enum action action;
    struct interface_config interface;
    int fd;                  /* -1: none */
    const char *socket_path; /* NULL: none; not copied from argv */
    enum framing framing;
    const char *user;        /* NULL: none; not copied from argv */
    int parent_liveness_fd;  /* -1: none */
    int notify_fd;           /* -1: none */
    const char *pcap_path;   /* NULL: none; not copied from argv */
    int pcap_fd;             /* -1: none */
    bool guard;              /* the VM is not trusted */
    bool has_guard_mac;
    uint8_t guard_mac[MAC_SIZE];
    unsigned stats_interval; /* seconds; 0: never */
    enum engine_choice engine;
    bool keep;
    bool json;               /* --version and --list-shared-interfaces */
    bool verbose;

    bool has_mode, has_id, has_start, has_end, has_mask; /* which were given */
};

/* Parse and check all that can be told from the text alone: nothing is opened, nobody is asked.
 * Options may come in any order, as --name value, --name=value, -f value, -fvalue. Names are never
 * abbreviated: what is a unique prefix today is ambiguous tomorrow.
 * Returns 0, or -1 after logging one line with the reason: exit status 2. */
int options_parse(struct options *options, int argc, char **argv);

void options_help(FILE *out);

/* The name of a mode, as --operation-mode takes it. */
const char *options_mode_name(enum operation_mode mode);

#endif
