/* A benchmark file: what `bench run` measures. */
#ifndef BENCH_BENCHMARK_H
#define BENCH_BENCHMARK_H

#include "bench/name.h"

#include <stdbool.h>

enum {
    BENCHMARK_LIST_MAX = 32,
    BENCHMARK_TESTS_MAX = 8,
    BENCHMARK_NETWORKS_MAX = 8,
    BENCHMARK_COMMAND_SIZE = 512,
};

struct benchmark_driver {
    char name[NAME_SIZE];
    char tag[NAME_SIZE];                   /* empty: none */
    char label[NAME_SIZE];                 /* "name" or "name:tag": the part of the result folder's name */
    bool offloading;
    char engine[8];                        /* the helper's --offload-engine; empty: not said */
    char command[BENCHMARK_COMMAND_SIZE];  /* of the driver, instead of the one in PATH; empty: none */
    char image[4096];                      /* of its guests, instead of the benchmark's; empty: none */
};

enum { NETWORK_WORDS_MAX = 32, NETWORK_WORD_SIZE = 256, NETWORK_ADDRESS_SIZE = 16 };

/* A network: one that the bench knows by name (vmnet-helper, path, veth), or one that a command makes. */
struct benchmark_network {
    char name[NAME_SIZE];
    char command[NETWORK_WORDS_MAX][NETWORK_WORD_SIZE]; /* with {fd} or {socket} in it */
    int word_count;                                     /* 0: known by its name */
    bool stream;                                        /* frames after their length; else datagrams */
    char address[NETWORK_ADDRESS_SIZE];                 /* of the VM as the host reaches it */
    char vm_address[NETWORK_ADDRESS_SIZE];              /* of the VM as it is set in it */
    char host_address[NETWORK_ADDRESS_SIZE];            /* of the host as the VM reaches it */
};

struct benchmark {
    struct benchmark_driver drivers[BENCHMARK_LIST_MAX];
    int driver_count;
    struct benchmark_network networks[BENCHMARK_NETWORKS_MAX];
    int network_count;
    char modes[3][NAME_SIZE];
    int mode_count;
    char tests[BENCHMARK_TESTS_MAX][NAME_SIZE]; /* those of "tests", then those of "pps" and "latency" */
    int test_count;
    unsigned vms[BENCHMARK_LIST_MAX];
    int vms_count;
    bool vms_given;                   /* else guests are two, and namespaces in their place one */
    char shared_interface[NAME_SIZE]; /* empty: the harness chooses */
    unsigned time;                    /* seconds of one iperf3 run */
    unsigned omit;                    /* seconds at its start that do not count */
    char length[NAME_SIZE];           /* iperf3 --length; empty: its default */
    char output[4096];                /* folder of the results; empty: they are only shown */
    unsigned repeat;                  /* rounds that count, after one warm-up if more than one */
    unsigned parallel;                /* streams */
    bool udp;
    char bitrate[NAME_SIZE];          /* iperf3 --bitrate; empty: its default */
    bool search;                      /* "bitrate: search": the highest one without loss */
    bool bidir;
    char image[4096];                 /* of the guests; empty: the harness chooses */
    unsigned cpus;                    /* of a VM; 0: the harness chooses */
    unsigned memory;                  /* MiB; 0: the harness chooses */
};

/* The tests "pps" and "latency" stand for, added to those of the benchmark. */
void benchmark_add_pps(struct benchmark *benchmark);
void benchmark_add_latency(struct benchmark *benchmark);

/* Read the file. Returns 0, or -1 after logging line and column of what is wrong. */
int benchmark_read(struct benchmark *benchmark, const char *path);

#endif
