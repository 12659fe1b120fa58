/* The log of a helper, with its [stats] lines. */
#include "fuzz/input.h"
#include "bench/stats_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size);
    struct stats_sample *samples = NULL;
    int count = stats_log_parse(text, &samples);

    for (int i = 0; i < count; i++) {
        must(samples[i].duration > 0 && isfinite(samples[i].duration));
        must(isfinite(samples[i].host.packets) && samples[i].host.packets >= 0);
        must(isfinite(samples[i].vm.bytes) && samples[i].vm.bytes >= 0);
        must(memchr(samples[i].time, '\0', sizeof(samples[i].time)));
    }
    free(samples);
    free(text);
    return 0;
}
