#include "bench/usage.h"
#include "bench/process_cpu.h"
#include "common/file.h"

#include <signal.h>
#include <stdlib.h>

enum { LOG_MAX = 256 << 20 };

void usage_ask(pid_t helper)
{
    if (helper > 1)
        kill(helper, SIGUSR1);
}

static void add_side(struct stats_side *total, const struct stats_side *side)
{
    total->packets += side->packets;
    total->bytes += side->bytes;
    total->drops += side->drops;
}

void usage_add(struct usage *usage, pid_t helper, const char *log)
{
    struct stats_sample *samples = NULL;
    char *text = *log ? file_read(log, LOG_MAX, NULL) : NULL;
    int count = text ? stats_log_parse(text, &samples) : 0;
    double cpu = helper > 1 ? process_cpu(helper) : -1;

    for (int i = 0; i < count; i++) {
        add_side(&usage->host, &samples[i].host);
        add_side(&usage->vm, &samples[i].vm);
    }
    usage->cpu = cpu < 0 || usage->cpu < 0 ? -1 : usage->cpu + cpu;
    free(samples);
    free(text);
}

static void add_difference(cJSON *parent, const char *name, const struct stats_side *before,
                           const struct stats_side *after)
{
    cJSON *object = cJSON_AddObjectToObject(parent, name);

    cJSON_AddNumberToObject(object, "packets", after->packets - before->packets);
    cJSON_AddNumberToObject(object, "bytes", after->bytes - before->bytes);
    cJSON_AddNumberToObject(object, "drops", after->drops - before->drops);
}

cJSON *usage_record(const struct usage *before, const struct usage *after, double bytes)
{
    cJSON *record = cJSON_CreateObject();

    if (before->cpu >= 0 && after->cpu >= 0) {
        cJSON_AddNumberToObject(record, "helper_cpu_seconds", after->cpu - before->cpu);
        cJSON_AddNumberToObject(record, "bytes", bytes);
    }
    if (after->host.packets > 0 || after->vm.packets > 0) {
        cJSON *stats = cJSON_AddObjectToObject(record, "helper_stats");
        add_difference(stats, "host", &before->host, &after->host);
        add_difference(stats, "vm", &before->vm, &after->vm);
    }
    return record;
}
