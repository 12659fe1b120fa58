/* The options of `vmnet-harness vm start`: words divided by newlines. Values that a VM keeps are read again later. */
#include "fuzz/input.h"
#include "harness/command_line.h"
#include "harness/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WORDS = 34 };
    char *text = input_text(data, size), *words[WORDS];
    struct command_line line;
    struct config config;
    int count = input_words(text, (char[]){"start"}, words, WORDS);

    if (command_line_parse(config_options, count, words, &line) == 0 && !line.help &&
        config_try(&config, "one", line.values, NULL) == 0) {
        struct words helper = {0};
        must(config.dns_count >= 0 && config.dns_count <= DNS_MAX && config.driver);
        config_add_helper_options(&config, &helper);
        words_free(&helper);
        const char *none[CONFIG_COUNT] = {NULL};
        must(config_try(&config, "one", none, line.values) == 0);
    }
    command_line_free(&line);
    free(text);
    return 0;
}
