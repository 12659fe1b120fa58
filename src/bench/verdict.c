#include "bench/verdict.h"
#include "bench/statistics.h"

#include <math.h>
#include <stddef.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"noise", "better", "worse", "unknown", "missing"};

    return names[verdict];
}

void verdict_compare(struct comparison *comparison, double *before, int before_count, double *after, int after_count,
                     bool more_is_better)
{
    *comparison = (struct comparison){.before_count = before_count, .after_count = after_count, .p = 1, .ratio = 1};
    if (before_count)
        comparison->before = statistics_median(before, before_count);
    if (after_count)
        comparison->after = statistics_median(after, after_count);
    if (!before_count || !after_count) {
        comparison->verdict = VERDICT_MISSING;
        return;
    }
    if (comparison->before > 0 || comparison->after > 0)
        comparison->ratio = comparison->before > 0 ? comparison->after / comparison->before : INFINITY;
    comparison->p = statistics_mann_whitney(before, before_count, after, after_count);
    if (statistics_smallest_p(before_count, after_count) >= VERDICT_ALPHA)
        comparison->verdict = VERDICT_UNKNOWN;
    else if (comparison->p >= VERDICT_ALPHA || comparison->ratio == 1)
        comparison->verdict = VERDICT_NOISE;
    else
        comparison->verdict = (comparison->ratio > 1) == more_is_better ? VERDICT_BETTER : VERDICT_WORSE;
}

bool verdict_is_regression(const struct comparison *comparison, double part, bool more_is_better)
{
    if (comparison->verdict == VERDICT_MISSING)
        return comparison->before_count > 0;
    if (comparison->verdict != VERDICT_WORSE && comparison->verdict != VERDICT_UNKNOWN)
        return false;
    return more_is_better ? comparison->ratio < 1 - part : comparison->ratio > 1 + part;
}
