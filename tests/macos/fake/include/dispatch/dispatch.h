/* The part of Grand Central Dispatch that the helper uses. */
#ifndef FAKE_DISPATCH_H
#define FAKE_DISPATCH_H

#include <Block.h>
#include <stdint.h>

#define NSEC_PER_SEC 1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define DISPATCH_TIME_NOW 0ull
#define DISPATCH_TIME_FOREVER (~0ull)
#define DISPATCH_QUEUE_SERIAL NULL
#define DISPATCH_QUEUE_PRIORITY_DEFAULT 0

typedef struct fake_queue *dispatch_queue_t;
typedef struct fake_semaphore *dispatch_semaphore_t;
typedef uint64_t dispatch_time_t;
typedef void (^dispatch_block_t)(void);
typedef union {
    struct fake_object *object;
    dispatch_queue_t queue;
    dispatch_semaphore_t semaphore;
} dispatch_object_t __attribute__((transparent_union));

dispatch_queue_t dispatch_queue_create(const char *label, const void *attributes);
dispatch_queue_t dispatch_get_global_queue(intptr_t priority, uintptr_t flags);
void dispatch_async(dispatch_queue_t queue, dispatch_block_t block);
dispatch_semaphore_t dispatch_semaphore_create(intptr_t value);
intptr_t dispatch_semaphore_wait(dispatch_semaphore_t semaphore, dispatch_time_t until);
intptr_t dispatch_semaphore_signal(dispatch_semaphore_t semaphore);
dispatch_time_t dispatch_time(dispatch_time_t when, int64_t nanoseconds);
void dispatch_release(dispatch_object_t object);

#endif
