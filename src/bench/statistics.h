/* Statistics of a few measured values. */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

/* The quantile (0 to 1) of count > 0 values, in any order: linear between neighbours (type 7 of
 * Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996). The values get sorted. */
double statistics_quantile(double *values, int count, double quantile);

/* The 0.5 quantile. The values get sorted. */
double statistics_median(double *values, int count);

/* Are the two samples of one distribution? The two-sided p value of the Mann-Whitney U test: exact
 * for small samples without ties (counted as in Mann and Whitney, 1947), else the normal
 * approximation with corrections for ties and continuity. 1 when either is empty. */
double statistics_mann_whitney(const double *a, int a_count, const double *b, int b_count);

/* The smallest p value that samples of these sizes can give at all. */
double statistics_smallest_p(int a_count, int b_count);

#endif
