#include "bench/measure.h"

#include <stddef.h>
#include <string.h>

const char *const measure_names[] = {"bitrate", "cpu", "retransmits", "frames", "latency-p50", "latency-p99", NULL};

const char *measure_unit(enum measure measure)
{
    static const char *const units[] = {"Gbit/s",     "CPU s/GB",   "retransmissions",
                                        "k frames/s", "\xc2\xb5s", "\xc2\xb5s"};

    return units[measure];
}

const char *measure_title(enum measure measure)
{
    static const char *const titles[] = {"Bitrate",           "CPU of the helper", "TCP retransmissions",
                                         "64-byte UDP frames", "Round trip, median", "Round trip, 99th percentile"};

    return titles[measure];
}

bool measure_more_is_better(enum measure measure)
{
    return measure == MEASURE_BITRATE || measure == MEASURE_FRAMES;
}

bool measure_fits(enum measure measure, const char *test)
{
    bool frames = !strncmp(test, "frames-", 7), latency = !strncmp(test, "latency-", 8);

    if (measure == MEASURE_FRAMES)
        return frames;
    if (measure == MEASURE_LATENCY_P50 || measure == MEASURE_LATENCY_P99)
        return latency;
    return !frames && !latency;
}
