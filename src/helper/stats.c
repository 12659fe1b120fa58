#include "helper/stats.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* "2026-07-25T01:27:25.664+03:00" */
static void format_time(char *text, size_t size)
{
    struct timespec now;
    struct tm local;
    char date[32], zone[8];

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &local);
    strftime(zone, sizeof(zone), "%z", &local);
    snprintf(text, size, "%s.%03d%.3s:%.2s", date, (int)(now.tv_nsec / 1000000), zone, zone + 3);
}

static uint64_t value(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void format_direction(const struct stats_direction *direction, char *text, size_t size)
{
    snprintf(text, size,
             "{\"packets\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"drops\": %" PRIu64 ", \"bad\": %" PRIu64
             ", \"guarded\": %" PRIu64 ", \"fast\": %" PRIu64 ", \"slow\": %" PRIu64 "}",
             value(&direction->packets), value(&direction->bytes), value(&direction->drops), value(&direction->bad),
             value(&direction->guarded), value(&direction->fast), value(&direction->slow));
}

char *stats_format(const struct stats *stats, char *text, size_t size)
{
    char now[48], host[240], vm[240];

    format_time(now, sizeof(now));
    format_direction(&stats->host, host, sizeof(host));
    format_direction(&stats->vm, vm, sizeof(vm));
    snprintf(text, size, "{\"time\": \"%s\", \"host\": %s, \"vm\": %s}", now, host, vm);
    return text;
}

void stats_log(const struct stats *stats)
{
    char text[560];

    log_info("stats", "%s", stats_format(stats, text, sizeof(text)));
}
