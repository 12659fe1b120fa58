#include "common/ipv4.h"

#include <stdio.h>

int ipv4_parse(const char *text, uint32_t *address)
{
    uint32_t result = 0;

    for (int i = 0; i < 4; i++) {
        unsigned number = 0, digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < 3; text++, digits++)
            number = number * 10 + (unsigned)(*text - '0');
        /* A leading zero is octal to some programs and decimal to others. */
        if (!digits || number > 255 || (digits > 1 && text[-(int)digits] == '0'))
            return -1;
        if (*text != (i < 3 ? '.' : '\0'))
            return -1;
        text++;
        result = result << 8 | number;
    }
    *address = result;
    return 0;
}

char *ipv4_format(uint32_t address, char *text)
{
    snprintf(text, IPV4_TEXT_SIZE, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
             address & 255);
    return text;
}

bool ipv4_is_private(uint32_t address)
{
    return address >> 24 == 10 || address >> 20 == (172 << 4 | 1) || address >> 16 == (192 << 8 | 168);
}

bool ipv4_is_mask(uint32_t mask)
{
    uint32_t zeros = ~mask;
    return mask && zeros && (zeros & (zeros + 1)) == 0;
}

unsigned ipv4_prefix_length(uint32_t mask)
{
    return (unsigned)__builtin_popcount(mask);
}
