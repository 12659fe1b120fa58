/* Hexadecimal digits. */
#ifndef COMMON_HEX_H
#define COMMON_HEX_H

#include <stddef.h>
#include <stdint.h>

/* The byte that the first two characters of text spell, or -1. */
int hex_byte(const char *text);

/* Lower-case digits of size bytes; text must hold 2 * size + 1. Returned. */
char *hex_format(const uint8_t *bytes, size_t size, char *text);

#endif
