#include "bench/iperf.h"
#include "bench/statistics.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any network has: a number above it is damage, not a result. */
#define BITS_MAX 1e15

struct reader {
    char *reason;
    size_t size;
};

static int fail(const struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(const struct reader *reader, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_printable(reader->reason, reader->size, text, strlen(text));
    return -1;
}

/* The member of this name, NULL if there is none; and, with *twice set, if there are two: which of
 * them counts is not for us to guess. */
static const cJSON *member(const cJSON *object, const char *key, bool *twice)
{
    const cJSON *found = NULL, *child;

    if (!cJSON_IsObject(object))
        return NULL;
    cJSON_ArrayForEach(child, object) {
        if (!child->string || strcmp(child->string, key))
            continue;
        if (found) {
            *twice = true;
            return NULL;
        }
        found = child;
    }
    return found;
}

/* A number from 0 to max, or -1. */
static double amount(const cJSON *object, const char *key, double max)
{
    bool twice = false;
    const cJSON *value = member(object, key, &twice);

    if (!cJSON_IsNumber(value) || !isfinite(value->valuedouble) || value->valuedouble < 0 || value->valuedouble > max)
        return -1;
    return value->valuedouble;
}

static const cJSON *required(const struct reader *reader, const cJSON *object, const char *key, const char *path)
{
    bool twice = false;
    const cJSON *value = member(object, key, &twice);

    if (!value)
        fail(reader, twice ? "\"%s\" is there twice" : "has no \"%s\"", path);
    else if (!cJSON_IsObject(value)) {
        fail(reader, "\"%s\" is no object", path);
        value = NULL;
    }
    return value;
}

static double interval_median(const cJSON *root)
{
    enum { INTERVALS_MAX = 100000 };
    bool twice = false;
    const cJSON *intervals = member(root, "intervals", &twice), *interval;
    int size = cJSON_IsArray(intervals) ? cJSON_GetArraySize(intervals) : 0, count = 0;

    if (size <= 0 || size > INTERVALS_MAX)
        return -1;
    double *values = calloc((size_t)size, sizeof(*values));
    if (!values)
        return -1;
    cJSON_ArrayForEach(interval, intervals) {
        const cJSON *sum = member(interval, "sum", &twice);
        double value = amount(sum, "bits_per_second", BITS_MAX);
        if (value >= 0 && !cJSON_IsTrue(member(sum, "omitted", &twice)))
            values[count++] = value;
    }
    double median = count ? statistics_median(values, count) : -1;
    free(values);
    return median;
}

/* What was received. UDP reports before iperf 3.10 have only "sum": what was sent, with the loss. */
static int read_sum(const struct reader *reader, const cJSON *end, struct iperf_result *result)
{
    bool twice = false;
    const cJSON *sum = member(end, "sum_received", &twice);
    double part = 1;

    if (twice)
        return fail(reader, "\"end.sum_received\" is there twice");
    if (!sum && (sum = member(end, "sum", &twice)))
        part = 1 - fmax(amount(sum, "lost_percent", 100), 0) / 100;
    if (!sum)
        return fail(reader, "has no \"end.sum_received\": the run was not finished");
    double bits = amount(sum, "bits_per_second", BITS_MAX);
    if (bits < 0)
        return fail(reader, "\"end.sum_received.bits_per_second\" is not one good number");
    result->bits_per_second = bits * part;
    result->bytes = fmax(amount(sum, "bytes", 1e18), 0) * part;
    result->seconds = fmax(amount(sum, "seconds", 1e9), 0);
    result->lost_percent = amount(sum, "lost_percent", 100);
    result->packets = amount(sum, "packets", 1e15);
    result->lost_packets = amount(sum, "lost_packets", 1e15);
    const cJSON *sent = member(end, "sum_sent", &twice);
    result->sent_bits_per_second = amount(sent ? sent : sum, "bits_per_second", BITS_MAX);

    const cJSON *reverse = member(end, "sum_received_bidir_reverse", &twice);
    if (reverse) {
        if ((bits = amount(reverse, "bits_per_second", BITS_MAX)) < 0)
            return fail(reader, "\"end.sum_received_bidir_reverse.bits_per_second\" is not one good number");
        result->bits_per_second += bits;
        result->bytes += fmax(amount(reverse, "bytes", 1e18), 0);
    }
    return 0;
}

static int read_root(const struct reader *reader, const cJSON *root, struct iperf_result *result)
{
    bool twice = false;

    if (!cJSON_IsObject(root))
        return fail(reader, "is JSON, but no iperf3 report");
    const cJSON *error = member(root, "error", &twice);
    if (error || twice)
        return fail(reader, "iperf3 failed: %s", error && cJSON_IsString(error) ? error->valuestring : "(unknown error)");
    const cJSON *end = required(reader, root, "end", "end");
    if (!end || read_sum(reader, end, result) < 0)
        return -1;

    const cJSON *start = member(root, "start", &twice);
    const cJSON *version = member(start, "version", &twice);
    if (cJSON_IsString(version))
        text_printable(result->version, sizeof(result->version), version->valuestring, strlen(version->valuestring));
    const cJSON *protocol = member(member(start, "test_start", &twice), "protocol", &twice);
    result->udp = cJSON_IsString(protocol) && !strcmp(protocol->valuestring, "UDP");
    result->retransmits = amount(member(end, "sum_sent", &twice), "retransmits", 1e15);
    const cJSON *cpu = member(end, "cpu_utilization_percent", &twice);
    result->host_cpu = amount(cpu, "host_total", 1e6);
    result->remote_cpu = amount(cpu, "remote_total", 1e6);
    result->interval_median = interval_median(root);
    return 0;
}

int iperf_parse(struct iperf_result *result, const char *text, size_t size, char *reason, size_t reason_size)
{
    struct reader reader = {reason, reason_size};

    memset(result, 0, sizeof(*result));
    result->interval_median = result->retransmits = result->host_cpu = result->remote_cpu = result->lost_percent = -1;
    result->packets = result->lost_packets = result->sent_bits_per_second = -1;
    if (!size)
        return fail(&reader, "is empty");
    if (strlen(text) != size)
        return fail(&reader, "is not text: it holds a NUL");
    const char *end = text;
    cJSON *root = cJSON_ParseWithOpts(text, &end, true);
    if (!root)
        return fail(&reader, "is not JSON: byte %zu (cut off, or damaged)", (size_t)(end - text));
    int status = read_root(&reader, root, result);
    cJSON_Delete(root);
    return status;
}
