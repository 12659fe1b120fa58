#include "common/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int text_parse_number(const char *text, unsigned long min, unsigned long max, unsigned long *value)
{
    unsigned long number = 0;

    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        if (__builtin_mul_overflow(number, 10UL, &number) ||
            __builtin_add_overflow(number, (unsigned long)(*text - '0'), &number))
            return -1;
    }
    if (number < min || number > max)
        return -1;
    *value = number;
    return 0;
}

/* The bytes of the UTF-8 character at text, 0 if it is none (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *text, size_t length)
{
    size_t count = text[0] < 0x80 ? 1 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2 :
                   (text[0] & 0xf0) == 0xe0 ? 3 : text[0] >= 0xf0 && text[0] < 0xf5 ? 4 : 0;

    if (!count || count > length)
        return 0;
    for (size_t i = 1; i < count; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90) ||
        (text[0] == 0xed && text[1] >= 0xa0) || (text[0] == 0xf4 && text[1] >= 0x90))
        return 0;
    return count;
}

void text_printable(char *out, size_t size, const char *text, size_t length)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t used = 0;

    while (length) {
        size_t count = utf8_length(in, length);
        /* C1 controls (U+0080 to U+009F) drive terminals as ESC does. */
        bool control = count == 0 || in[0] < 0x20 || in[0] == 0x7f || (in[0] == 0xc2 && count == 2 && in[1] < 0xa0);
        size_t need = control ? 4 : count;
        if (used + need >= size)
            break;
        if (control) {
            snprintf(out + used, 5, "\\x%02x", in[0]);
            count = 1;
        } else {
            memcpy(out + used, in, count);
        }
        used += need;
        in += count;
        length -= count;
    }
    if (size)
        out[used] = '\0';
}

bool text_copy(char *out, size_t size, const char *text)
{
    return text_format(out, size, "%s", text);
}

bool text_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(out, size, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= size) {
        if (size)
            out[0] = '\0';
        return false;
    }
    return true;
}

/* Edits that turn a into b (Levenshtein), or 99 for names too long to be ours. */
static unsigned distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    size_t rows = strlen(a), columns = strlen(b);
    unsigned cost[LONGEST + 1];

    if (rows > LONGEST || columns > LONGEST)
        return 99;
    for (size_t j = 0; j <= columns; j++)
        cost[j] = (unsigned)j;
    for (size_t i = 1; i <= rows; i++) {
        unsigned diagonal = cost[0];
        cost[0] = (unsigned)i;
        for (size_t j = 1; j <= columns; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            if (cost[j] + 1 < best)
                best = cost[j] + 1;
            if (cost[j - 1] + 1 < best)
                best = cost[j - 1] + 1;
            diagonal = cost[j];
            cost[j] = best;
        }
    }
    return cost[columns];
}

const char *text_nearest(const char *text, const char *const *names)
{
    const char *nearest = NULL;
    unsigned best = 3 + (unsigned)(strlen(text) > 12);

    for (; *names; names++) {
        unsigned edits = distance(text, *names);
        if (edits < best && edits < strlen(*names)) {
            best = edits;
            nearest = *names;
        }
    }
    return nearest;
}
