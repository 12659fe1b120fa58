#include "bench/path.h"
#include "common/log.h"

int path_measure(const struct path_options *options)
{
    log_error("bench", "the path benchmark needs Linux's network namespaces: use \"run\" here");
    return 1;
}
