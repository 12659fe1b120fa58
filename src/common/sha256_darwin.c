#include "common/sha256.h"

#include <CommonCrypto/CommonDigest.h>
#include <errno.h>
#include <unistd.h>

void sha256(const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
    CC_SHA256(data, (CC_LONG)size, digest);
}

int sha256_fd(int fd, uint8_t digest[SHA256_SIZE])
{
    CC_SHA256_CTX context;
    uint8_t buffer[65536];
    ssize_t count;

    CC_SHA256_Init(&context);
    while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        CC_SHA256_Update(&context, buffer, (CC_LONG)count);
    }
    CC_SHA256_Final(digest, &context);
    return 0;
}
