/* A benchmark file. No name from it may leave the folder of results. */
#include "fuzz/input.h"
#include "bench/benchmark.h"

#include <string.h>

static void check_name(const char *name)
{
    must(!strchr(name, '/') && strcmp(name, "..") != 0 && strlen(name) < NAME_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct benchmark benchmark;

    if (benchmark_read(&benchmark, input_file(data, size)) < 0)
        return 0;
    must(benchmark.driver_count >= 0 && benchmark.driver_count <= BENCHMARK_LIST_MAX);
    must(benchmark.network_count >= 0 && benchmark.network_count <= BENCHMARK_NETWORKS_MAX);
    must(benchmark.test_count > 0 && benchmark.test_count <= BENCHMARK_TESTS_MAX);
    must(benchmark.vms_count > 0 && benchmark.vms_count <= BENCHMARK_LIST_MAX);
    for (int i = 0; i < benchmark.driver_count; i++)
        check_name(benchmark.drivers[i].label);
    for (int i = 0; i < benchmark.network_count; i++)
        check_name(benchmark.networks[i].name);
    for (int i = 0; i < benchmark.test_count; i++)
        check_name(benchmark.tests[i]);
    return 0;
}
