/* Counters of both directions. Each is written by one thread and read by others: relaxed atomics. */
#ifndef HELPER_STATS_H
#define HELPER_STATS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* "host" is host to VM, "vm" is VM to host. */
struct stats_direction {
    _Atomic uint64_t packets, bytes; /* delivered */
    _Atomic uint64_t drops;          /* good frames that the other side did not take */
    _Atomic uint64_t bad;            /* frames that were malformed: dropped */
    _Atomic uint64_t guarded;        /* frames that the guard kept away */
    _Atomic uint64_t fast;           /* batches that went in one call */
    _Atomic uint64_t slow;           /* batches that had to wait for room */
};

struct stats {
    struct stats_direction host, vm;
};

static inline void stats_add(_Atomic uint64_t *counter, uint64_t count)
{
    /* One writer: no read-modify-write instruction is needed. */
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + count, memory_order_relaxed);
}

/* One line of JSON, without a newline: {"time": "...", "host": {...}, "vm": {...}}. Returned. */
char *stats_format(const struct stats *stats, char *text, size_t size);

/* Log it as INFO [stats]. */
void stats_log(const struct stats *stats);

#endif
