#include "harness/words.h"
#include "harness/message.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_add(struct words *words, const char *format, ...)
{
    char **list = realloc(words->list, (words->count + 2) * sizeof(*list));
    char *word = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&word, format, args) < 0)
        word = NULL;
    va_end(args);
    if (list)
        words->list = list;
    if (!list || !word) {
        free(word);
        words->failed = true;
        return;
    }
    list[words->count++] = word;
    list[words->count] = NULL;
}

void words_append(struct words *words, const struct words *more)
{
    for (size_t i = 0; i < more->count; i++)
        words_add(words, "%s", more->list[i]);
    words->failed |= more->failed;
}

const char *const *words_argv(const struct words *words)
{
    if (words->failed || !words->count) {
        message_error("not enough memory for a command line");
        return NULL;
    }
    return (const char *const *)(uintptr_t)words->list;
}

static void quote(FILE *out, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%^";

    if (*word && word[strspn(word, safe)] == '\0') {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

char *word_quoted(const char *word)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    quote(out, word);
    return fclose(out) == 0 ? text : NULL;
}

char *words_quoted(const struct words *words, bool folded)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    for (size_t i = 0; i < words->count; i++) {
        if (i)
            fputs(folded && words->list[i][0] == '-' ? " \\\n    " : " ", out);
        quote(out, words->list[i]);
    }
    return fclose(out) == 0 ? text : NULL;
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
    *words = (struct words){0};
}
