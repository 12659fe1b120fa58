#include "common/descriptors.h"

#include <sys/syscall.h>
#include <unistd.h>

/* Linux 5.9, close_range(2). Older kernels: one by one, up to the limit. */
static void close_range_or_each(int first, unsigned last)
{
    if (syscall(SYS_close_range, first, last, 0) == 0)
        return;
    for (long fd = first, end = sysconf(_SC_OPEN_MAX); fd < end && fd <= (long)last; fd++)
        close((int)fd);
}

void descriptors_close_range(int first, int last)
{
    close_range_or_each(first, (unsigned)last);
}

void descriptors_close_from(int first)
{
    close_range_or_each(first, ~0U);
}
