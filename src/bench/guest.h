/* VMs of the bench, through vmnet-harness. */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

#include "bench/capture.h"
#include "bench/matrix.h"
#include "bench/snapshot.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdbool.h>

enum { GUESTS_MAX = 64 };

struct guest {
    char name[2 * NAME_SIZE];
    char ip[64];
    char kernel[NAME_SIZE];
    char image[PATH_MAX];
    char accelerator[16]; /* of QEMU: "kvm", "tcg", "hvf"; empty: not known */
    char dir[PATH_MAX];   /* of its files; empty: not known */
    char log[PATH_MAX];   /* of its helper */
    pid_t helper, machine; /* 0: not known */
    enum snapshot snapshot;
    bool running, is_ready; /* to be stopped; has all that a test needs */
};

struct guest_order {
    const struct benchmark *benchmark;
    const struct matrix_setup *setup;
    const char *netns; /* NULL: here */
    bool fresh;        /* from nothing, whatever is there */
};

/* The path of vmnet-harness, beside this program. */
const char *guest_harness(void);

/* The name of the VM number `index` (from 0) of the setup. */
void guest_name(const struct matrix_setup *setup, unsigned index, char *name, size_t size);

/* Were they all made ready before? Names them, and puts their disks back to that. */
bool guests_are_ready(struct guest *guests, unsigned count, const struct guest_order *order);

/* Start the first `count` VMs of the setup side by side, as many at once as there are processors, until each has an
 * address, can be logged in to, and has iperf3. Fills in guests. Returns 0; or -1 with the reason of the first that
 * failed: the others may run, and are to be stopped. */
int guests_start(struct guest *guests, unsigned count, const struct guest_order *order, char *reason, size_t size);

/* Shut them down, whatever state they are in; keep what was made ready of their disks. */
void guests_stop(struct guest *guests, unsigned count);

/* Remove it. Returns 0, or -1. */
int guest_delete(const char *name);

/* Start a program in the guest. argv_tail: at most 24 words. Returns 0, or -1 with errno. */
int guest_exec(const struct guest *guest, const char *const *argv_tail, struct capture *capture);

/* What run.json tells of it, with the command lines of VM and helper, which must run. */
cJSON *guest_describe(const struct guest *guest);

#endif
