#include "bench/host_facts.h"
#include "common/process.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void add_iperf(cJSON *facts)
{
    const char *const argv[] = {"iperf3", "--version", NULL};
    char *output = NULL;

    if (process_run(argv, &output) == 0 && output) {
        char line[96];
        text_printable(line, sizeof(line), output, strcspn(output, "\n"));
        cJSON_AddStringToObject(facts, "iperf3", line);
    }
    free(output);
}

cJSON *host_facts(void)
{
    cJSON *facts = cJSON_CreateObject();
    struct utsname names;
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;

    if (uname(&names) == 0) {
        cJSON_AddStringToObject(facts, "system", names.sysname);
        cJSON_AddStringToObject(facts, "kernel", names.release);
        cJSON_AddStringToObject(facts, "machine", names.machine);
    }
    cJSON_AddNumberToObject(facts, "processors", (double)sysconf(_SC_NPROCESSORS_ONLN));
    host_facts_add_system(facts);
    add_iperf(facts);
    gmtime_r(&seconds, &utc);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &utc);
    cJSON_AddStringToObject(facts, "time", now);
    return facts;
}
