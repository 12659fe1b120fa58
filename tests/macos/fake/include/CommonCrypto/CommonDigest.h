#include <stdint.h>

typedef uint32_t CC_LONG;
typedef struct {
    unsigned char state[256] __attribute__((aligned(16)));
} CC_SHA256_CTX;

unsigned char *CC_SHA256(const void *data, CC_LONG size, unsigned char *digest);
int CC_SHA256_Init(CC_SHA256_CTX *context);
int CC_SHA256_Update(CC_SHA256_CTX *context, const void *data, CC_LONG size);
int CC_SHA256_Final(unsigned char *digest, CC_SHA256_CTX *context);

typedef struct {
    unsigned char state[512] __attribute__((aligned(16)));
} CC_SHA512_CTX;

int CC_SHA512_Init(CC_SHA512_CTX *context);
int CC_SHA512_Update(CC_SHA512_CTX *context, const void *data, CC_LONG size);
int CC_SHA512_Final(unsigned char *digest, CC_SHA512_CTX *context);
