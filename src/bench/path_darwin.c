#include "bench/path.h"
#include "common/log.h"

/* Here a VM is a stack of its own in a network namespace, which macOS has not; and a program's end of the cable alone
 * would measure that program. What a Mac can measure are real guests. */
int path_measure(const struct path_options *options)
{
    log_error("bench", "the path benchmark needs Linux's network namespaces: on macOS guests are measured, "
                       "\"bench run quick\"; \"make check-mac\" tries the helper without guests");
    return 1;
}
