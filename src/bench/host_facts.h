/* What a result must tell of the machine: host_facts_linux.c | host_facts_darwin.c. */
#ifndef BENCH_HOST_FACTS_H
#define BENCH_HOST_FACTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* {"name", "system", "kernel", "machine", "processor", "processors", "governor", "kvm_device", "iperf3", "qemu",
 * "passt", "time"};
 * what is not known is left out. To be freed by cJSON_Delete(). */
cJSON *host_facts(void);

/* The processor's model, its frequency governor, whether /dev/kvm is there, passt's version: added where the system
 * tells. */
void host_facts_add_system(cJSON *facts);

/* Can VMs of this driver run on this system at all? */
bool host_facts_can_run(const char *driver);

#endif
