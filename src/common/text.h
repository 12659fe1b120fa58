/* Strict parsing and safe printing of text that somebody else wrote. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Parse a decimal number: digits only, no sign, no blanks, min <= value <= max.
 * Returns 0 and sets *value, or -1 (and *value is left as it was). */
int text_parse_number(const char *text, unsigned long min, unsigned long max, unsigned long *value);

/* Copy length bytes of text to out (size bytes, always ended by NUL) with control characters and
 * bytes that are not valid UTF-8 as \xNN; cut where it does not fit. */
void text_printable(char *out, size_t size, const char *text, size_t length);

/* Copy text to out; false, with out empty, if it does not fit with its NUL. */
bool text_copy(char *out, size_t size, const char *text);

/* printf into out; false, with out empty, if it does not fit. */
bool text_format(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The entry of names (ended by NULL) that is nearest to text, for "did you mean"; NULL if none is near. */
const char *text_nearest(const char *text, const char *const *names);

#endif
