/* Queues are a thread with a list of blocks, semaphores a condition variable. */
#include <dispatch/dispatch.h>

#include "fake.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum kind { QUEUE = 0x51554555, SEMAPHORE = 0x53454d41, RELEASED = 0xdead };

struct fake_object {
    enum kind kind;
};

struct task {
    struct task *next;
    dispatch_block_t block;
};

struct fake_queue {
    struct fake_object object;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct task *first, **last;
    bool ending;
};

struct fake_semaphore {
    struct fake_object object;
    pthread_mutex_t lock;
    pthread_cond_t raised;
    intptr_t value, initial;
};

static void *queue_work(void *argument)
{
    struct fake_queue *queue = argument;

    pthread_mutex_lock(&queue->lock);
    for (;;) {
        while (!queue->first && !queue->ending)
            pthread_cond_wait(&queue->changed, &queue->lock);
        struct task *task = queue->first;
        if (!task)
            break;
        queue->first = task->next;
        if (!queue->first)
            queue->last = &queue->first;
        pthread_mutex_unlock(&queue->lock);
        task->block();
        _Block_release(task->block);
        free(task);
        pthread_mutex_lock(&queue->lock);
    }
    pthread_mutex_unlock(&queue->lock);
    free(queue);
    return NULL;
}

dispatch_queue_t dispatch_queue_create(const char *label, const void *attributes)
{
    struct fake_queue *queue = calloc(1, sizeof(*queue));
    pthread_t thread;
    sigset_t all, old;

    (void)label, (void)attributes;
    queue->object.kind = QUEUE;
    queue->last = &queue->first;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
    /* XNU's work queue threads take no signals. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    if (pthread_create(&thread, NULL, queue_work, queue) != 0)
        fake_abort("no thread for a queue");
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_detach(thread);
    return queue;
}

static dispatch_queue_t global_queue;

static void make_global_queue(void)
{
    global_queue = dispatch_queue_create("global", NULL);
}

dispatch_queue_t dispatch_get_global_queue(intptr_t priority, uintptr_t flags)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)priority, (void)flags;
    pthread_once(&once, make_global_queue);
    return global_queue;
}

void dispatch_async(dispatch_queue_t queue, dispatch_block_t block)
{
    struct task *task = calloc(1, sizeof(*task));

    if (!queue || queue->object.kind != QUEUE)
        fake_abort("dispatch_async to something that is no queue, or no longer");
    task->block = (dispatch_block_t)_Block_copy(block);
    pthread_mutex_lock(&queue->lock);
    *queue->last = task;
    queue->last = &task->next;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

dispatch_semaphore_t dispatch_semaphore_create(intptr_t value)
{
    struct fake_semaphore *semaphore = calloc(1, sizeof(*semaphore));
    pthread_condattr_t attributes;

    semaphore->object.kind = SEMAPHORE;
    semaphore->value = semaphore->initial = value;
    pthread_mutex_init(&semaphore->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&semaphore->raised, &attributes);
    pthread_condattr_destroy(&attributes);
    return semaphore;
}

intptr_t dispatch_semaphore_wait(dispatch_semaphore_t semaphore, dispatch_time_t until)
{
    struct timespec end = {.tv_sec = (time_t)(until / NSEC_PER_SEC), .tv_nsec = (long)(until % NSEC_PER_SEC)};
    int error = 0;

    if (!semaphore || semaphore->object.kind != SEMAPHORE)
        fake_abort("dispatch_semaphore_wait for something that is no semaphore, or no longer");
    pthread_mutex_lock(&semaphore->lock);
    while (semaphore->value <= 0 && error == 0)
        error = until == DISPATCH_TIME_FOREVER ? pthread_cond_wait(&semaphore->raised, &semaphore->lock) :
                pthread_cond_timedwait(&semaphore->raised, &semaphore->lock, &end);
    if (semaphore->value > 0) {
        semaphore->value--;
        error = 0;
    }
    pthread_mutex_unlock(&semaphore->lock);
    return error;
}

intptr_t dispatch_semaphore_signal(dispatch_semaphore_t semaphore)
{
    if (!semaphore || semaphore->object.kind != SEMAPHORE)
        fake_abort("dispatch_semaphore_signal of something that is no semaphore, or no longer");
    pthread_mutex_lock(&semaphore->lock);
    semaphore->value++;
    pthread_cond_signal(&semaphore->raised);
    pthread_mutex_unlock(&semaphore->lock);
    return 0;
}

dispatch_time_t dispatch_time(dispatch_time_t when, int64_t nanoseconds)
{
    struct timespec now;

    if (when != DISPATCH_TIME_NOW)
        fake_abort("dispatch_time: only DISPATCH_TIME_NOW is here");
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec + (uint64_t)nanoseconds;
}

/* Semaphores are marked and never freed, so that a late use is seen. */
void dispatch_release(dispatch_object_t object)
{
    switch (object.object->kind) {
    case SEMAPHORE:
        if (object.semaphore->value < object.semaphore->initial)
            fake_abort("dispatch_release of a semaphore in use");
        object.object->kind = RELEASED;
        break;
    case QUEUE: {
        struct fake_queue *queue = object.queue;
        pthread_mutex_lock(&queue->lock);
        queue->ending = true;
        pthread_cond_signal(&queue->changed);
        pthread_mutex_unlock(&queue->lock);
        break;
    }
    default:
        fake_abort("dispatch_release of something that is no object, or no longer");
    }
}
