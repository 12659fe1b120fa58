#include "bench/histogram.h"

#include <math.h>

static const uint64_t largest = (UINT64_C(1) << (HISTOGRAM_LARGEST_BIT + 1)) - 1;

/* Values below 128 have a bucket each; above, the highest seven bits of the value say which. */
static unsigned bucket_of(uint64_t value)
{
    unsigned shift = 0;

    while ((value >> shift) >= (2u << HISTOGRAM_BITS))
        shift++;
    return (shift << HISTOGRAM_BITS) + (unsigned)(value >> shift);
}

uint64_t histogram_bucket_start(unsigned bucket)
{
    unsigned shift = bucket < (2u << HISTOGRAM_BITS) ? 0 : (bucket >> HISTOGRAM_BITS) - 1;

    return (uint64_t)(bucket - (shift << HISTOGRAM_BITS)) << shift;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    if (value > largest)
        value = largest;
    if (!histogram->count || value < histogram->min)
        histogram->min = value;
    if (value > histogram->max)
        histogram->max = value;
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
}

uint64_t histogram_quantile(const struct histogram *histogram, double quantile)
{
    double rank = ceil(quantile * (double)histogram->count);
    uint64_t below = 0;

    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS && histogram->count; bucket++) {
        below += histogram->buckets[bucket];
        if (below && (double)below >= rank) {
            uint64_t last = histogram_bucket_start(bucket + 1) - 1;
            return last < histogram->max ? last : histogram->max;
        }
    }
    return histogram->max;
}

cJSON *histogram_json(const struct histogram *histogram)
{
    cJSON *list = cJSON_CreateArray();

    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        if (!histogram->buckets[bucket])
            continue;
        const double pair[] = {(double)histogram_bucket_start(bucket), (double)histogram->buckets[bucket]};
        cJSON_AddItemToArray(list, cJSON_CreateDoubleArray(pair, 2));
    }
    return list;
}
