/* SHA-256, by the system's library: sha256_linux.c | sha256_darwin.c. */
#ifndef COMMON_SHA256_H
#define COMMON_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

void sha256(const void *data, size_t size, uint8_t digest[SHA256_SIZE]);

/* The digest of all that fd gives from its current offset. Returns 0, or -1 with errno. */
int sha256_fd(int fd, uint8_t digest[SHA256_SIZE]);

#endif
