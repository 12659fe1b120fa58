/* Compiler vectors of 16 bytes: SSE2 on x86-64, NEON on arm64, no run-time choice. A TCP segment of
 * 1448 bytes takes 41 ns where the plain loop of 16-bit words takes 177 (gcc 12, a Xeon); AVX2 gains
 * another 5 %, an assembler chain of add-with-carry nothing.
 *
 * 2^16 is 1 modulo 2^16 - 1, so words of 32 bits may be added in 64-bit lanes and folded once at the
 * end: no carry is lost before 2^32 of them. */
#include "helper/checksum_fast.h"

#include <string.h>

typedef uint64_t lanes __attribute__((vector_size(16)));

uint64_t checksum_fast_sum(const void *data, size_t size)
{
    const uint8_t *at = data;
    const lanes low = {0xffffffff, 0xffffffff};
    lanes even = {0, 0}, odd = {0, 0};

    for (; size >= 2 * sizeof(lanes); size -= 2 * sizeof(lanes), at += 2 * sizeof(lanes)) {
        lanes a, b;
        memcpy(&a, at, sizeof(a));
        memcpy(&b, at + sizeof(a), sizeof(b));
        even += (a & low) + (a >> 32);
        odd += (b & low) + (b >> 32);
    }
    even += odd;
    uint64_t sum = 0;
    sum += checksum_fast_fold(even[0]);
    sum += checksum_fast_fold(even[1]);
    for (; size >= 4; size -= 4, at += 4) {
        uint32_t word;
        memcpy(&word, at, sizeof(word));
        sum += word;
    }
    if (size >= 2) {
        uint16_t word;
        memcpy(&word, at, sizeof(word));
        sum += word;
        size -= 2;
        at += 2;
    }
    if (size) {
        uint8_t last[2] = {*at, 0};
        uint16_t word;
        memcpy(&word, last, sizeof(word));
        sum += word;
    }
    return sum;
}

uint16_t checksum_fast_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}
