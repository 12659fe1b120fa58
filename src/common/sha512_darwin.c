#include "common/sha512.h"

#include <CommonCrypto/CommonDigest.h>
#include <errno.h>
#include <unistd.h>

int sha512_fd(int fd, uint8_t digest[SHA512_SIZE])
{
    CC_SHA512_CTX context;
    uint8_t buffer[65536];
    ssize_t count;

    CC_SHA512_Init(&context);
    while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        CC_SHA512_Update(&context, buffer, (CC_LONG)count);
    }
    CC_SHA512_Final(digest, &context);
    return 0;
}
