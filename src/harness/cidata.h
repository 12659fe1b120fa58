/* The seed: what a guest reads at its first boot to know who it is.
 *
 * cloud-init's NoCloud source: a small ISO 9660 image with the volume name "cidata" and three YAML
 * files in it. The tiny image reads the same. */
#ifndef HARNESS_CIDATA_H
#define HARNESS_CIDATA_H

#include "harness/store.h"

#include <stdbool.h>
#include <stdint.h>

struct cidata {
    const char *name;         /* of the VM */
    const char *user;         /* login; root or another */
    const char *user_public;  /* one line */
    const char *host_private; /* as in its file */
    const char *host_public;  /* one line */
    const char *mac;
    bool is_static;           /* the three below are used */
    bool has_route;           /* the gateway leads out */
    uint32_t ip, gateway, mask; /* host byte order */
    const char *more_keys;    /* public keys, a line each; or NULL */
    const char *packages;     /* to install, a blank between; or NULL */
    const char *user_data;    /* a file to merge, or NULL */
    const uint32_t *dns;      /* host byte order */
    int dns_count;            /* 0: the network's */
};

/* Each document as text, freed by the caller; NULL: no memory (user-data: or an error that was told). */
char *cidata_user_data(const struct cidata *cidata);
char *cidata_network_config(const struct cidata *cidata);

/* Its instance-id follows from the two others: cloud-init runs again when, and only when, they differ. */
char *cidata_meta_data(const struct cidata *cidata, const char *user_data, const char *network_config);

/* Write dir/cidata.iso, unless it is there with the same documents. 0, or -1 after an error message. */
int cidata_write(const struct cidata *cidata, const struct store *store, const char *dir);

#endif
