#include "common/mac.h"
#include "common/hex.h"
#include "common/sha256.h"

#include <stdio.h>
#include <string.h>

int mac_parse(const char *text, uint8_t mac[MAC_SIZE])
{
    static const uint8_t zero[MAC_SIZE];
    uint8_t bytes[MAC_SIZE];

    if (strlen(text) != MAC_TEXT_SIZE - 1)
        return -1;
    for (size_t i = 0; i < MAC_SIZE; i++) {
        int byte = hex_byte(text + i * 3);
        if (byte < 0 || text[i * 3 + 2] != (i < MAC_SIZE - 1 ? ':' : '\0'))
            return -1;
        bytes[i] = (uint8_t)byte;
    }
    if ((bytes[0] & 1) || memcmp(bytes, zero, MAC_SIZE) == 0)
        return -1;
    memcpy(mac, bytes, MAC_SIZE);
    return 0;
}

char *mac_format(const uint8_t mac[MAC_SIZE], char *text)
{
    snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return text;
}

void mac_from_seed(const void *seed, size_t size, uint8_t mac[MAC_SIZE])
{
    uint8_t digest[SHA256_SIZE];

    sha256(seed, size, digest);
    memcpy(mac, digest, MAC_SIZE);
    mac[0] = (uint8_t)((mac[0] | 2) & 0xfe);
}
