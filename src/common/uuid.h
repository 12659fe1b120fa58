/* UUIDs (RFC 9562). Named id_ and not uuid_, which Darwin's libSystem has for its own. */
#ifndef COMMON_UUID_H
#define COMMON_UUID_H

#include <stddef.h>
#include <stdint.h>

#define ID_SIZE 16
#define ID_TEXT_SIZE 37

/* "2835E074-9892-4A79-AFFB-7E41D2605678", either case. Returns 0, or -1. */
int id_parse(const char *text, uint8_t id[ID_SIZE]);

/* text must hold ID_TEXT_SIZE bytes; returned. Upper case, as vmnet prints it. */
char *id_format(const uint8_t id[ID_SIZE], char *text);

/* A random UUID (version 4). Returns 0, or -1 if the system gives no randomness. */
int id_random(uint8_t id[ID_SIZE]);

/* The UUID that belongs to a seed, always the same: its SHA-256, marked as version 4. */
void id_from_seed(const void *seed, size_t size, uint8_t id[ID_SIZE]);

#endif
