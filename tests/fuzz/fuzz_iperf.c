/* Any bytes as iperf3's JSON: a result whose numbers can be plotted, or a reason. */
#include "fuzz/input.h"
#include "bench/iperf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct iperf_result result;
    char reason[200] = "";
    /* The parser of JSON is a library that is not instrumented: the fuzzer would hardly find its way into the
     * places that are read. The first byte takes it there. */
    static const char *const frames[][2] = {
        {"", ""},
        {"{\"end\":{\"sum_received\":{", "}}}"},
        {"{\"end\":{\"sum_received\":{\"bits_per_second\":", "}}}"},
        {"{\"intervals\":[{\"sum\":{\"bits_per_second\":", "}}],\"end\":{\"sum\":{\"bits_per_second\":1}}}"},
        {"{\"start\":{\"version\":\"", "\"},\"end\":{\"sum_received\":{\"bits_per_second\":1}}}"},
        {"{\"error\":\"", "\"}"},
    };
    if (!size)
        return 0;
    const char *const *frame = frames[data[0] % 6];
    size_t before = strlen(frame[0]), after = strlen(frame[1]);
    char *text = malloc(before + size + after);
    if (!text)
        return 0;
    memcpy(text, frame[0], before);
    memcpy(text + before, data + 1, size - 1);
    memcpy(text + before + size - 1, frame[1], after + 1);
    if (iperf_parse(&result, text, before + size - 1 + after, reason, sizeof(reason)) == 0) {
        if (!isfinite(result.bits_per_second) || result.bits_per_second < 0 || !isfinite(result.bytes))
            abort();
    } else if (!*reason) {
        abort();
    }
    free(text);
    return 0;
}
