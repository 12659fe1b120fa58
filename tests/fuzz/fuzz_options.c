/* A command line that somebody made up: words divided by newlines. */
#include "common/hex.c"
#include "common/ipv4.c"
#include "common/log.h"
#include "common/mac.c"
#include "common/sha256.h"
#include "common/text.c"
#include "common/uuid.c"
#include "helper/option_values.c"
#include "helper/options.c"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The interface and the log are not part of this program: a line for each refusal would be all its work. */
void log_error(const char *tag, const char *format, ...)
{
}

void sha256(const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
}

bool interface_prefers_engine(void);

bool interface_takes_networks(void)
{
    return true;
}

bool interface_prefers_engine(void)
{
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { WORDS = 32 };
    char *copy = malloc(size + 1), *words[WORDS + 1] = {(char[]){"vmnet-helper"}}, *next = copy;
    struct options options;
    int count = 1;

    memcpy(copy, data, size);
    copy[size] = '\0';
    while (next && count < WORDS)
        words[count++] = strsep(&next, "\n");
    words[count] = NULL;
    if (options_parse(&options, count, words) == 0 && options.action == ACTION_RUN) {
        if ((options.fd < 3) == (options.socket_path == NULL))
            abort();
        if (options.interface.has_addresses && options.interface.end_address <= options.interface.start_address)
            abort();
    }
    free(copy);
    return 0;
}
