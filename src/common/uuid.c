#include "common/uuid.h"
#include "common/hex.h"
#include "common/sha256.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

int id_parse(const char *text, uint8_t id[ID_SIZE])
{
    uint8_t bytes[ID_SIZE];

    if (strlen(text) != ID_TEXT_SIZE - 1)
        return -1;
    for (size_t i = 0; i < ID_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            if (*text++ != '-')
                return -1;
        int byte = hex_byte(text);
        if (byte < 0)
            return -1;
        bytes[i] = (uint8_t)byte;
        text += 2;
    }
    memcpy(id, bytes, ID_SIZE);
    return 0;
}

char *id_format(const uint8_t id[ID_SIZE], char *text)
{
    char *out = text;

    for (size_t i = 0; i < ID_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        out += snprintf(out, 3, "%02X", id[i]);
    }
    return text;
}

static void mark_version_4(uint8_t id[ID_SIZE])
{
    id[6] = (uint8_t)((id[6] & 0x0f) | 0x40);
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
}

int id_random(uint8_t id[ID_SIZE])
{
    if (getentropy(id, ID_SIZE) < 0)
        return -1;
    mark_version_4(id);
    return 0;
}

void id_from_seed(const void *seed, size_t size, uint8_t id[ID_SIZE])
{
    uint8_t digest[SHA256_SIZE];

    sha256(seed, size, digest);
    memcpy(id, digest, ID_SIZE);
    mark_version_4(id);
}
