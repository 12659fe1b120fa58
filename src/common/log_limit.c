#include "common/log_limit.h"

bool log_limit_allows(struct log_limit *limit, double now, unsigned long *left_out)
{
    if (now >= limit->until) {
        limit->until = now + LOG_LIMIT_SECONDS;
        limit->lines = 0;
    }
    if (limit->lines >= limit->most) {
        limit->left_out++;
        return false;
    }
    limit->lines++;
    *left_out = limit->left_out;
    limit->left_out = 0;
    return true;
}
