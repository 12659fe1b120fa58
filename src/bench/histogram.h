/* A histogram of durations with the same relative precision everywhere, as HdrHistogram has it.
 *
 * Buckets are log-linear: each power of two is cut into 64 of equal width. So a bucket is never wider than 1/64
 * of what is in it, and nanoseconds to minutes fit in 18 KB, however many values there are: the rare slow one
 * counts as it was, and is not lost in a sample or an average. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <cjson/cJSON.h>
#include <stdint.h>

enum {
    HISTOGRAM_BITS = 6,
    HISTOGRAM_LARGEST_BIT = 39,
    HISTOGRAM_BUCKETS = (HISTOGRAM_LARGEST_BIT - HISTOGRAM_BITS + 2) << HISTOGRAM_BITS,
};

/* All zero: empty. Values over 2^40 - 1 (18 minutes in nanoseconds) count as that. */
struct histogram {
    uint64_t buckets[HISTOGRAM_BUCKETS];
    uint64_t count, min, max;
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* The least value that so much of all (0 to 1) is not above: exact to 1/64 upwards, never over the largest
 * value. 0 when the histogram is empty. */
uint64_t histogram_quantile(const struct histogram *histogram, double quantile);

/* The least value that falls into the bucket. */
uint64_t histogram_bucket_start(unsigned bucket);

/* [[start, count], ...]: the buckets that are not empty. To be freed by cJSON_Delete(). */
cJSON *histogram_json(const struct histogram *histogram);

#endif
