/* SHA-512, by the system's library: sha512_linux.c | sha512_darwin.c. */
#ifndef COMMON_SHA512_H
#define COMMON_SHA512_H

#include <stdint.h>

#define SHA512_SIZE 64

/* The digest of all that fd gives from its current offset. Returns 0, or -1 with errno. */
int sha512_fd(int fd, uint8_t digest[SHA512_SIZE]);

#endif
