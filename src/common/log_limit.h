/* How many lines of a kind are logged: somebody else may cause them, again and again. */
#ifndef COMMON_LOG_LIMIT_H
#define COMMON_LOG_LIMIT_H

#include <stdbool.h>

enum { LOG_LIMIT_SECONDS = 10 };

/* All zero but for `most`. Of one thread. */
struct log_limit {
    unsigned most; /* lines in LOG_LIMIT_SECONDS */
    unsigned lines;
    double until;
    unsigned long left_out;
};

/* May a line be logged now (process_clock())? *left_out: those that might not, since the last one that might. */
bool log_limit_allows(struct log_limit *limit, double now, unsigned long *left_out);

#endif
