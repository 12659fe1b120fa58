/* A command line under construction: a list of words that owns its text. */
#ifndef HARNESS_WORDS_H
#define HARNESS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
    char **list; /* ended by NULL once there is a word */
    size_t count;
    bool failed; /* no memory: the list is not complete */
};

/* Add one word, made as by printf. */
void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Add copies of all words of another list. */
void words_append(struct words *words, const struct words *more);

/* For execve; NULL, after an error message, if there was no memory. */
const char *const *words_argv(const struct words *words);

/* All words as a shell reads them; folded: each option begins a line. Freed by the caller; NULL: no
 * memory. */
char *words_quoted(const struct words *words, bool folded);

/* The same for one word: as it is where that is safe, otherwise within single quotes. */
char *word_quoted(const char *word);

void words_free(struct words *words);

#endif
