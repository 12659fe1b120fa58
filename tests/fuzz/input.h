/* What the fuzzers share: checks, inputs that are read from files, and inputs that are lists of words. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef must
#define must(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            input_failed(__FILE__, __LINE__, #condition);                                                              \
    } while (0)
#endif

_Noreturn void input_failed(const char *file, int line, const char *condition);

/* The path of a file in memory that holds these bytes, until the next call. */
const char *input_file(const void *data, size_t size);

/* The bytes as text, in memory of exactly its size; the caller's to free. */
char *input_text(const uint8_t *data, size_t size);

/* Divide the text at its newlines: words[0] is name, the rest (at most max - 2, then NULL) points into the text.
 * Returns how many. */
int input_words(char *text, char *name, char **words, int max);

#endif
