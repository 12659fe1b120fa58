/* What a VM is to be: the options of `vm start`, checked.
 *
 * The texts given are kept with the VM, so that a later start or restart needs none of them; options
 * given then win over those kept. */
#ifndef HARNESS_CONFIG_H
#define HARNESS_CONFIG_H

#include "harness/name.h"
#include "harness/command_line.h"
#include "harness/driver.h"
#include "harness/words.h"

#include <stdbool.h>
#include <stdint.h>

enum config_option {
    CONFIG_DRIVER, CONFIG_CONNECTION, CONFIG_IMAGE, CONFIG_CPUS, CONFIG_MEMORY, CONFIG_DISK_SIZE, CONFIG_IP_ADDRESS,
    CONFIG_NETNS, CONFIG_DRIVER_COMMAND, CONFIG_VFKIT_MAGIC, CONFIG_ENABLE_OFFLOADING, CONFIG_WAIT, CONFIG_DNS_SERVERS,
    CONFIG_CLOUD_INIT, CONFIG_PROVISION, CONFIG_SSH_KEY, CONFIG_DISK, CONFIG_ARCH, CONFIG_SHA256, CONFIG_MIRROR,
    /* The helper's own, passed on: from the first to the last of these. */
    CONFIG_OPERATION_MODE, CONFIG_SHARED_INTERFACE, CONFIG_START_ADDRESS, CONFIG_END_ADDRESS, CONFIG_SUBNET_MASK,
    CONFIG_ENABLE_ISOLATION, CONFIG_OFFLOAD_ENGINE, CONFIG_INTERFACE_ID, CONFIG_STATS_INTERVAL,
    CONFIG_KEPT, /* so many are kept with the VM; those below belong to one start */
    CONFIG_TIMEOUT = CONFIG_KEPT, CONFIG_FOREGROUND, CONFIG_JSON, CONFIG_FILE, CONFIG_ALL,
    CONFIG_COUNT
};

/* In the order of the enumeration. */
extern const struct option_entry config_options[];

enum connection { CONNECTION_FD, CONNECTION_SOCKET, CONNECTION_STREAM, CONNECTION_CLIENT };

enum { DNS_MAX = 4 };

struct config {
    const char *texts[CONFIG_KEPT]; /* as given; "" for a switch; NULL: not given */
    const struct driver *driver;
    const char *program; /* to run instead of the driver's own, or NULL */
    bool magic, offloading;
    bool wait_login;     /* not only for the address */
    uint32_t dns[DNS_MAX]; /* host byte order */
    int dns_count;
    enum connection connection;
    const char *image, *arch; /* arch: a word of architecture.h, or NULL: this machine's */
    /* Absolute paths, or NULL; the last two: one a line, a disk may be a number of GiB instead. */
    const char *cloud_init, *provision, *ssh_keys, *disks;
    unsigned long cpus, memory, disk_size; /* memory in MiB, disk in GiB; 0: as the image needs */
    unsigned long timeout;                 /* seconds */
    bool has_ip;
    uint32_t ip;     /* static address, host byte order */
    const char *netns; /* or NULL */
    bool host_mode;  /* no way out of the network */
    bool foreground, json;
    char reason[512];         /* why config_try refused */
    enum config_option wrong; /* and which option is to blame; CONFIG_COUNT: several */
    char interface_id[40];
};

/* Fill config from the options given; for those that are not, from $VMNET_NETNS and the kept texts
 * (CONFIG_KEPT of them; may be NULL). Texts are not copied. 0, or -1 after an error message. */
int config_fill(struct config *config, const char *name, const char *const *given, const char *const *kept);

/* Options that name files are kept by absolute paths: text with each of its lines made so, from folder or, if that is
 * NULL, from the current one. Freed by the caller; NULL after an error message. */
char *config_absolute(enum config_option option, const char *text, const char *folder);

/* Is the text of this option a file's path? */
bool config_is_path(enum config_option option);

/* The same without the message: config's reason and wrong are set instead. */
int config_try(struct config *config, const char *name, const char *const *given, const char *const *kept);

/* Add the helper's options, --interface-id included. */
void config_add_helper_options(const struct config *config, struct words *words);

/* The word for a connection: "fd". */
const char *connection_name(enum connection connection);

/* The default subnet of the mode, where no addresses are given; host byte order. */
void config_subnet(const struct config *config, uint32_t *gateway, uint32_t *mask);

#endif
