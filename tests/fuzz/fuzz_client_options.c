/* The command line of vmnet-client: words divided by newlines. */
#include "fuzz/input.h"
#include "../../client/options.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WORDS = 34 };
    char *text = input_text(data, size), *words[WORDS];
    struct client_options options;
    int count = input_words(text, (char[]){"vmnet-client"}, words, WORDS);

    if (client_options_parse(&options, count, words) == 0) {
        must(options.help || options.version || options.command[0]);
        must(options.passed_count <= CLIENT_PASSED_MAX);
    }
    client_options_free(&options);
    free(text);
    return 0;
}
