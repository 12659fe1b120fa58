/* IPv4 addresses and subnets, in host byte order. */
#ifndef COMMON_IPV4_H
#define COMMON_IPV4_H

#include <stdbool.h>
#include <stdint.h>

#define IPV4_TEXT_SIZE 16

/* Parse exactly four decimal numbers of 0-255 without leading zeros: "192.168.105.1".
 * Returns 0, or -1. */
int ipv4_parse(const char *text, uint32_t *address);

/* text must hold IPV4_TEXT_SIZE bytes; returned. */
char *ipv4_format(uint32_t address, char *text);

/* 10/8, 172.16/12, 192.168/16 (RFC 1918). */
bool ipv4_is_private(uint32_t address);

/* Ones, then zeros; neither 0.0.0.0 nor 255.255.255.255. */
bool ipv4_is_mask(uint32_t mask);

/* The number of ones of a mask. */
unsigned ipv4_prefix_length(uint32_t mask);

#endif
