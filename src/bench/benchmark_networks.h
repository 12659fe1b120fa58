/* The key "networks" of a benchmark file. */
#ifndef BENCH_BENCHMARK_NETWORKS_H
#define BENCH_BENCHMARK_NETWORKS_H

#include "bench/benchmark.h"
#include "common/yaml_file.h"

/* Fill in the networks: vmnet-helper without the key. Returns 0, or -1 (reported). */
int benchmark_networks_read(struct yaml_file *file, struct benchmark *benchmark);

/* What stands for the places of a command's word: "{fd}", "{socket}", "{vm-address}", "{host-address}", "{port}",
 * "{udp-port}". */
struct benchmark_network_places {
    const char *fd, *socket, *port, *udp_port;
};

/* Does the command connect by a descriptor that it is given, and not by a path? */
bool benchmark_network_uses_fd(const struct benchmark_network *network);

/* The word with its places filled. False if it does not fit. */
bool benchmark_network_word(const struct benchmark_network *network, int index,
                            const struct benchmark_network_places *places, char *word, size_t size);

#endif
