/* What else the macOS files call of libSystem. */
#include <CommonCrypto/CommonDigest.h>
#include <mach-o/dyld.h>
#include <sys/sysctl.h>

#include "fake.h"

#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(CC_SHA256_CTX) >= sizeof(struct sha256_ctx), "room for nettle's context");

int _NSGetExecutablePath(char *path, uint32_t *size)
{
    ssize_t length = readlink("/proc/self/exe", path, *size - 1);

    if (length < 0)
        return -1;
    path[length] = '\0';
    return 0;
}

int CC_SHA256_Init(CC_SHA256_CTX *context)
{
    sha256_init((struct sha256_ctx *)context->state);
    return 1;
}

int CC_SHA256_Update(CC_SHA256_CTX *context, const void *data, CC_LONG size)
{
    sha256_update((struct sha256_ctx *)context->state, size, data);
    return 1;
}

int CC_SHA256_Final(unsigned char *digest, CC_SHA256_CTX *context)
{
    sha256_digest((struct sha256_ctx *)context->state, SHA256_DIGEST_SIZE, digest);
    return 1;
}

int sysctlbyname(const char *name, void *value, size_t *size, void *new_value, size_t new_size)
{
    const char *version = *fake_setting("FAKE_MACOS") ? fake_setting("FAKE_MACOS") : "15.4";
    size_t length = strlen(version) + 1;

    (void)new_size;
    if (strcmp(name, "kern.osproductversion") != 0 || new_value || *size < length)
        fake_abort("sysctlbyname: %s", name);
    memcpy(value, version, length);
    *size = length;
    return 0;
}

unsigned char *CC_SHA256(const void *data, CC_LONG size, unsigned char *digest)
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, size, data);
    sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
    return digest;
}
