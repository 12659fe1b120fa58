/* VMs of the bench, through vmnet-harness. */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

#include "bench/capture.h"
#include "bench/matrix.h"

#include <limits.h>
#include <stdbool.h>

struct guest {
    char name[2 * NAME_SIZE];
    char ip[64];
    char kernel[NAME_SIZE];
    char image[PATH_MAX];
    char accelerator[16]; /* of QEMU: "kvm", "tcg", "hvf"; empty: not known */
    char log[PATH_MAX]; /* of its helper */
    pid_t helper;       /* 0: not known */
    bool running;
};

/* The path of vmnet-harness, beside this program. */
const char *guest_harness(void);

/* The name of the VM number `index` (from 0) of the setup. */
void guest_name(const struct matrix_setup *setup, unsigned index, char *name, size_t size);

/* Start it as the setup asks, until it has an address and can be logged in to; fresh: from nothing. Fills in
 * guest. Returns 0; or -1 with the reason, in reason. */
int guest_start(struct guest *guest, const struct benchmark *benchmark, const struct matrix_setup *setup,
                unsigned index, const char *netns, bool fresh, char *reason, size_t size);

/* Shut it down, whatever state it is in. */
void guest_stop(struct guest *guest);

/* Remove it. Returns 0, or -1. */
int guest_delete(const char *name);

/* See to it that iperf3 is in the guest. Returns 0, or -1 with the reason. */
int guest_prepare(struct guest *guest, char *reason, size_t size);

/* Start a program in the guest. argv_tail: at most 24 words. Returns 0, or -1 with errno. */
int guest_exec(const struct guest *guest, const char *const *argv_tail, struct capture *capture);

#endif
