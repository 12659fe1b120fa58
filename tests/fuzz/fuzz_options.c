/* The helper's command line: words divided by newlines. */
#include "fuzz/input.h"
#include "helper/options.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WORDS = 34 };
    char *text = input_text(data, size), *words[WORDS];
    struct options options;
    int count = input_words(text, (char[]){"vmnet-helper"}, words, WORDS);

    if (options_parse(&options, count, words) == 0 && options.action == ACTION_RUN) {
        must((options.fd < 3) == (options.socket_path != NULL));
        must(!options.interface.has_addresses || options.interface.end_address > options.interface.start_address);
        must(memchr(options.interface.shared_interface, '\0', sizeof(options.interface.shared_interface)));
        must(options.notify_fd == -1 || options.notify_fd > 2);
        must(options.pcap_fd == -1 || options.pcap_fd > 2);
    }
    free(text);
    return 0;
}
