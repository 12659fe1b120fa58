#include "common/descriptors.h"

#include <unistd.h>

void descriptors_close_range(int first, int last)
{
    int end = getdtablesize() - 1;

    for (int fd = first; fd <= (last < end ? last : end); fd++)
        close(fd);
}

void descriptors_close_from(int first)
{
    descriptors_close_range(first, getdtablesize() - 1);
}
