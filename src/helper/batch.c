#include "helper/batch.h"

#include <string.h>
#include <sys/mman.h>

int batch_create(struct batch *batch)
{
    memset(batch, 0, sizeof(*batch));
    void *memory = mmap(NULL, (size_t)BATCH_MAX * FRAME_BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    batch->memory = memory;
    for (size_t i = 0; i < BATCH_MAX; i++)
        batch->frames[i].data = batch->memory + i * FRAME_BUFFER;
    return 0;
}

void batch_destroy(struct batch *batch)
{
    if (batch->memory)
        munmap(batch->memory, (size_t)BATCH_MAX * FRAME_BUFFER);
    batch->memory = NULL;
}
