#include "common/sha256.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <unistd.h>

void sha256(const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, size, data);
    sha256_digest(&context, SHA256_SIZE, digest);
}

int sha256_fd(int fd, uint8_t digest[SHA256_SIZE])
{
    struct sha256_ctx context;
    uint8_t buffer[65536];
    ssize_t count;

    sha256_init(&context);
    while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        sha256_update(&context, (size_t)count, buffer);
    }
    sha256_digest(&context, SHA256_SIZE, digest);
    return 0;
}
