#include "bench/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

double statistics_quantile(double *values, int count, double quantile)
{
    qsort(values, (size_t)count, sizeof(*values), compare);
    double place = quantile * (count - 1);
    int below = (int)floor(place);

    if (below >= count - 1)
        return values[count - 1];
    return values[below] + (place - below) * (values[below + 1] - values[below]);
}

double statistics_median(double *values, int count)
{
    return statistics_quantile(values, count, 0.5);
}

/* Pairs in which a is larger; a tie counts half. */
static double pairs_won(const double *a, int a_count, const double *b, int b_count, bool *ties)
{
    double won = 0;

    for (int i = 0; i < a_count; i++)
        for (int j = 0; j < b_count; j++) {
            won += a[i] > b[j] ? 1 : a[i] == b[j] ? 0.5 : 0;
            *ties |= a[i] == b[j];
        }
    return won;
}

/* The part of all orders of m and n values that give U <= limit. With f(m, n, u) orders for u:
 * f(m, n, u) = f(m - 1, n, u - n) + f(m, n - 1, u). */
static double exact_tail(int m, int n, int limit)
{
    size_t width = (size_t)(m * n + 1);
    double *table = calloc((size_t)(m + 1) * (size_t)(n + 1) * width, sizeof(*table));
    double below = 0, all = 0;

    if (!table)
        return 0.5;
    for (int i = 0; i <= m; i++)
        for (int j = 0; j <= n; j++) {
            double *row = table + ((size_t)i * (size_t)(n + 1) + (size_t)j) * width;
            if (!i || !j) {
                row[0] = 1;
                continue;
            }
            const double *fewer_a = row - (size_t)(n + 1) * width, *fewer_b = row - width;
            for (int u = 0; u <= i * j; u++)
                row[u] = (u >= j ? fewer_a[u - j] : 0) + fewer_b[u];
        }
    const double *last = table + ((size_t)m * (size_t)(n + 1) + (size_t)n) * width;
    for (int u = 0; u <= m * n; u++) {
        all += last[u];
        below += u <= limit ? last[u] : 0;
    }
    free(table);
    return below / all;
}

/* The sum of t^3 - t over the groups of t equal values. */
static double tie_sum(const double *a, int a_count, const double *b, int b_count)
{
    int count = a_count + b_count;
    double *all = calloc((size_t)count, sizeof(*all)), sum = 0;

    if (!all)
        return 0;
    memcpy(all, a, (size_t)a_count * sizeof(*all));
    memcpy(all + a_count, b, (size_t)b_count * sizeof(*all));
    qsort(all, (size_t)count, sizeof(*all), compare);
    for (int i = 0; i < count;) {
        int end = i;
        while (end < count && all[end] == all[i])
            end++;
        double equal = end - i;
        sum += equal * equal * equal - equal;
        i = end;
    }
    free(all);
    return sum;
}

double statistics_mann_whitney(const double *a, int a_count, const double *b, int b_count)
{
    enum { EXACT_MAX = 30 };
    bool ties = false;

    if (a_count <= 0 || b_count <= 0)
        return 1;
    double won = pairs_won(a, a_count, b, b_count, &ties);
    double pairs = (double)a_count * b_count;
    double smaller = fmin(won, pairs - won);
    if (!ties && a_count <= EXACT_MAX && b_count <= EXACT_MAX)
        return fmin(1, 2 * exact_tail(a_count, b_count, (int)smaller));

    double all = a_count + b_count;
    double variance = pairs / 12 * (all + 1 - tie_sum(a, a_count, b, b_count) / (all * (all - 1)));
    if (variance <= 0)
        return 1;
    double z = fmax(0, pairs / 2 - smaller - 0.5) / sqrt(variance);
    return erfc(z / sqrt(2));
}

double statistics_smallest_p(int a_count, int b_count)
{
    double orders = 1;

    for (int i = 1; i <= b_count; i++)
        orders = orders * (a_count + i) / i;
    return fmin(1, 2 / orders);
}
