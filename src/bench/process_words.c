#include "bench/process_words.h"
#include "common/text.h"

#include <limits.h>
#include <string.h>

enum { WORD_MAX = 2 * PATH_MAX };

cJSON *process_words_parse(const char *text, size_t size, int count)
{
    cJSON *words = cJSON_CreateArray();
    char word[WORD_MAX];

    for (const char *end = text + size; text < end && count > 0; count--) {
        size_t length = strnlen(text, (size_t)(end - text));
        text_printable(word, sizeof(word), text, length);
        cJSON_AddItemToArray(words, cJSON_CreateString(word));
        text += length + 1;
    }
    return words;
}
