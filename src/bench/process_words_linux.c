#include "bench/process_words.h"
#include "common/file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

cJSON *process_words(pid_t pid)
{
    char path[64];
    size_t size;

    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    char *text = pid > 0 ? file_read(path, 1 << 20, &size) : NULL;
    cJSON *words = text && size ? process_words_parse(text, size, INT_MAX) : NULL;
    free(text);
    return words;
}
