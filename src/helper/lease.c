#include "helper/lease.h"
#include "helper/frame.h"
#include "helper/offload_fields.h"

#include <string.h>

enum {
    SERVER_PORT = 67,
    CLIENT_PORT = 68,
    BOOT_REQUEST = 1,
    BOOT_REPLY = 2,
    /* Offsets in the BOOTP message (RFC 951). */
    YOUR_ADDRESS = 16,
    HARDWARE_ADDRESS = 28,
    COOKIE = 236,
    OPTIONS = 240,
    /* Options (RFC 2132). */
    OPTION_PAD = 0,
    OPTION_LEASE_TIME = 51,
    OPTION_MESSAGE_TYPE = 53,
    OPTION_END = 255,
    DHCP_ACK = 5,
};

/* The BOOTP message of a frame from one UDP port to another, NULL if it is none. *size is its size
 * as UDP has it: padding of short frames does not count. */
static const uint8_t *find_message(const uint8_t *data, size_t length, unsigned from, unsigned to, size_t *size)
{
    if (length < FRAME_HEADER + 20 + 8 || get16(data + 12) != 0x0800)
        return NULL;
    const uint8_t *ip = data + FRAME_HEADER;
    size_t room = length - FRAME_HEADER;
    size_t header = (size_t)(ip[0] & 15) * 4;
    /* UDP, and neither a fragment nor the first of several. */
    if (ip[0] >> 4 != 4 || ip[9] != 17 || (get16(ip + 6) & 0x3fff) || header < 20 || room < header + 8)
        return NULL;
    const uint8_t *udp = ip + header;
    size_t udp_length = get16(udp + 4);
    if (get16(udp) != from || get16(udp + 2) != to || udp_length < 8 + OPTIONS || udp_length > room - header)
        return NULL;
    const uint8_t *message = udp + 8;
    static const uint8_t cookie[4] = {99, 130, 83, 99};
    if (message[1] != 1 || message[2] != MAC_SIZE || memcmp(message + COOKIE, cookie, sizeof(cookie)) != 0)
        return NULL;
    *size = udp_length - 8;
    return message;
}

/* The value of an option that must have this length, or NULL. */
static const uint8_t *find_option(const uint8_t *message, size_t size, uint8_t code, uint8_t length)
{
    size_t at = OPTIONS;

    while (at < size && message[at] != OPTION_END) {
        if (message[at] == OPTION_PAD) {
            at++;
            continue;
        }
        if (at + 2 > size || at + 2 + message[at + 1] > size)
            return NULL;
        if (message[at] == code)
            return message[at + 1] == length ? message + at + 2 : NULL;
        at += 2 + (size_t)message[at + 1];
    }
    return NULL;
}

bool lease_is_request(const uint8_t *data, size_t length, uint8_t mac[MAC_SIZE])
{
    size_t size;
    const uint8_t *message = find_message(data, length, CLIENT_PORT, SERVER_PORT, &size);

    if (!message || message[0] != BOOT_REQUEST)
        return false;
    memcpy(mac, message + HARDWARE_ADDRESS, MAC_SIZE);
    return true;
}

bool lease_is_given(const uint8_t *data, size_t length, struct lease *lease)
{
    size_t size;
    const uint8_t *message = find_message(data, length, SERVER_PORT, CLIENT_PORT, &size);

    if (!message || message[0] != BOOT_REPLY)
        return false;
    const uint8_t *type = find_option(message, size, OPTION_MESSAGE_TYPE, 1);
    if (!type || *type != DHCP_ACK)
        return false;
    /* The answer to a DHCPINFORM gives no address and no time. */
    const uint8_t *seconds = find_option(message, size, OPTION_LEASE_TIME, 4);
    uint32_t address = get32(message + YOUR_ADDRESS);
    if (!seconds || !address)
        return false;
    memcpy(lease->mac, message + HARDWARE_ADDRESS, MAC_SIZE);
    lease->address = address;
    lease->seconds = get32(seconds);
    return true;
}
