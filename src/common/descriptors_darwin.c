#include "common/descriptors.h"

#include <unistd.h>

void descriptors_close_from(int first)
{
    for (int fd = first, end = getdtablesize(); fd < end; fd++)
        close(fd);
}
