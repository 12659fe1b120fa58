/* Is one set of rounds better than another one, or is the difference noise? */
#ifndef BENCH_VERDICT_H
#define BENCH_VERDICT_H

#include <stdbool.h>

/* A p value below this counts as proof. Stricter than the usual 0.05: a matrix has many cells, and
 * each is judged. Five rounds on both sides are the fewest that can reach it. */
#define VERDICT_ALPHA 0.01

enum verdict {
    VERDICT_NOISE,   /* no difference is proven */
    VERDICT_BETTER,
    VERDICT_WORSE,
    VERDICT_UNKNOWN, /* too few rounds to tell a difference from noise */
    VERDICT_MISSING, /* only one side has values */
};

struct comparison {
    int before_count, after_count;
    double before, after; /* medians */
    double ratio;         /* after / before; 1 if both are 0, INFINITY if only before is */
    double p;             /* of Mann and Whitney's test */
    enum verdict verdict;
};

/* "noise", "better", ... */
const char *verdict_name(enum verdict verdict);

/* Compare the values of two cells. They get sorted. */
void verdict_compare(struct comparison *comparison, double *before, int before_count, double *after, int after_count,
                     bool more_is_better);

/* Has it got worse by more than `part` (0.05: 5 %)? True when that is proven; when rounds are too
 * few to prove anything, but the medians say so; and when the new side has no values. */
bool verdict_is_regression(const struct comparison *comparison, double part, bool more_is_better);

#endif
