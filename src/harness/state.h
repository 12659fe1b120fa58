/* state.json: what is known of a VM between two commands. */
#ifndef HARNESS_STATE_H
#define HARNESS_STATE_H

#include "harness/config.h"
#include "harness/identity.h"
#include "common/ipv4.h"
#include "common/mac.h"

#include <limits.h>

struct state {
    char *texts[CONFIG_KEPT];  /* the options of its last start; owned */
    char image_dir[PATH_MAX];  /* where its kernel and disk come from; empty for a FILE */
    char user[NAME_SIZE];      /* login */
    char ip[IPV4_TEXT_SIZE];
    char mac[MAC_TEXT_SIZE];
    char run_dir[PATH_MAX];    /* where its sockets are */
    char provisioned[65];      /* sha256 of the script that was run in it, or empty */
    long created, started;     /* seconds of the epoch */
    struct identity helper;    /* pid 0: vmnet-client has it */
    struct identity machine;   /* qemu, or vmnet-client with qemu in it */
};

/* Read it. Returns 0; 1 if there is none or it cannot be understood (then *state is empty). */
int vm_state_read(struct state *state, const char *path);

/* As JSON, freed by the caller; NULL: no memory. */
char *vm_state_format(const struct state *state);

/* Replace the kept options. 0, or -1 after an error message. */
int vm_state_keep(struct state *state, const char *const *texts);

void vm_state_free(struct state *state);

#endif
