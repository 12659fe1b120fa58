#include "common/sha512.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <unistd.h>

int sha512_fd(int fd, uint8_t digest[SHA512_SIZE])
{
    struct sha512_ctx context;
    uint8_t buffer[65536];
    ssize_t count;

    sha512_init(&context);
    while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        sha512_update(&context, (size_t)count, buffer);
    }
    sha512_digest(&context, SHA512_SIZE, digest);
    return 0;
}
