/* Ethernet (MAC) addresses. */
#ifndef COMMON_MAC_H
#define COMMON_MAC_H

#include <stddef.h>
#include <stdint.h>

#define MAC_SIZE 6
#define MAC_TEXT_SIZE 18

/* "0a:d6:36:c1:ea:f3", either case. Returns 0, or -1; multicast and all-zero addresses are
 * refused, because no interface can have them. */
int mac_parse(const char *text, uint8_t mac[MAC_SIZE]);

/* text must hold MAC_TEXT_SIZE bytes; returned. Lower case. */
char *mac_format(const uint8_t mac[MAC_SIZE], char *text);

/* The address that belongs to a seed, always the same: the first six bytes of its SHA-256, made
 * locally administered and unicast (IEEE 802, 8.2.2). */
void mac_from_seed(const void *seed, size_t size, uint8_t mac[MAC_SIZE]);

#endif
