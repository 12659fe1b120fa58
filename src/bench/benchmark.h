/* A benchmark file: what `bench run` measures. */
#ifndef BENCH_BENCHMARK_H
#define BENCH_BENCHMARK_H

#include "bench/name.h"

#include <stdbool.h>

enum { BENCHMARK_LIST_MAX = 32, BENCHMARK_TESTS_MAX = 8, BENCHMARK_COMMAND_SIZE = 512 };

struct benchmark_driver {
    char name[NAME_SIZE];
    char tag[NAME_SIZE];                   /* empty: none */
    char label[NAME_SIZE];                 /* "name" or "name:tag": the part of the result folder's name */
    bool offloading;
    char command[BENCHMARK_COMMAND_SIZE];  /* of the driver, instead of the one in PATH; empty: none */
    char image[4096];                      /* of its guests, instead of the benchmark's; empty: none */
};

struct benchmark {
    struct benchmark_driver drivers[BENCHMARK_LIST_MAX];
    int driver_count;
    char networks[BENCHMARK_LIST_MAX][NAME_SIZE];
    int network_count;
    char modes[3][NAME_SIZE];
    int mode_count;
    char tests[BENCHMARK_TESTS_MAX][NAME_SIZE]; /* those of "tests", then those of "pps" and "latency" */
    int test_count;
    unsigned vms[BENCHMARK_LIST_MAX];
    int vms_count;
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

/* Read the file. Returns 0, or -1 after logging line and column of what is wrong. */
int benchmark_read(struct benchmark *benchmark, const char *path);

#endif
