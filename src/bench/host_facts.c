#include "bench/host_facts.h"
#include "bench/capture.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* The first line that a program says of its version. */
static void add_version(cJSON *facts, const char *name, const char *program)
{
    const char *const argv[] = {program, "--version", NULL};
    struct capture capture;
    char *output = NULL, line[96];

    if (capture_start(&capture, argv, -1) < 0)
        return;
    if (capture_finish(&capture, 10, &output) == 0 && output) {
        text_printable(line, sizeof(line), output, strcspn(output, "\n"));
        cJSON_AddStringToObject(facts, name, line);
    }
    free(output);
}

cJSON *host_facts(void)
{
    cJSON *facts = cJSON_CreateObject();
    struct utsname names = {0};
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
    add_version(facts, "iperf3", "iperf3");
    add_version(facts, "qemu", strcmp(names.machine, "arm64") && strcmp(names.machine, "aarch64")
                                   ? "qemu-system-x86_64" : "qemu-system-aarch64");
    gmtime_r(&seconds, &utc);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &utc);
    cJSON_AddStringToObject(facts, "time", now);
    return facts;
}
