/* Header fields that the offload engine reads and writes, at any alignment. */
#ifndef HELPER_OFFLOAD_FIELDS_H
#define HELPER_OFFLOAD_FIELDS_H

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#define IPV4_HEADER 20
#define IPV4_LENGTH 2
#define IPV4_ID 4
#define IPV4_FRAGMENT 6
#define IPV4_PROTOCOL 9
#define IPV4_CHECKSUM 10
#define IPV4_SOURCE 12 /* and the destination behind it */
#define IPV4_DONT_FRAGMENT 0x4000

#define IPV6_HEADER 40
#define IPV6_LENGTH 4
#define IPV6_NEXT 6
#define IPV6_SOURCE 8

#define TCP_HEADER 20
#define TCP_SEQUENCE 4
#define TCP_ACK 8
#define TCP_DATA_OFFSET 12
#define TCP_FLAGS 13
#define TCP_WINDOW 14
#define TCP_CHECKSUM 16
#define TCP_FIN 0x01
#define TCP_PSH 0x08
#define TCP_ACKED 0x10
#define TCP_CWR 0x80

#define UDP_HEADER 8
#define UDP_LENGTH 4
#define UDP_CHECKSUM 6

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

/* As it lies in memory: for comparing and for checksums. */
static inline uint16_t raw16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

static inline uint32_t raw32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

static inline void put_raw16(uint8_t *at, uint16_t value)
{
    memcpy(at, &value, sizeof(value));
}

/* In network byte order. */
static inline uint16_t get16(const uint8_t *at)
{
    return ntohs(raw16(at));
}

static inline uint32_t get32(const uint8_t *at)
{
    return ntohl(raw32(at));
}

static inline void put16(uint8_t *at, uint16_t value)
{
    put_raw16(at, htons(value));
}

static inline void put32(uint8_t *at, uint32_t value)
{
    uint32_t raw = htonl(value);
    memcpy(at, &raw, sizeof(raw));
}

#endif
