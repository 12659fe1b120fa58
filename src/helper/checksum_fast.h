/* The internet checksum's sum (RFC 1071), fast: the inner loop of the offload engine. */
#ifndef HELPER_CHECKSUM_FAST_H
#define HELPER_CHECKSUM_FAST_H

#include <stddef.h>
#include <stdint.h>

/* The ones' complement sum of the 16-bit words of data as they lie in memory, not folded: sums may
 * be added. An odd last byte counts as if a zero followed. Aligned or not is the same. */
uint64_t checksum_fast_sum(const void *data, size_t size);

/* The sum in 16 bits. ~fold, stored with memcpy, is what a header carries. */
uint16_t checksum_fast_fold(uint64_t sum);

#endif
