/* The part of kqueue(2) that the helper uses. */
#ifndef FAKE_SYS_EVENT_H
#define FAKE_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};

#define EVFILT_SIGNAL (-6)
#define EV_ADD 0x0001

#define EV_SET(event, identity, kind, what, more, number, own) \
    (*(event) = (struct kevent){(identity), (kind), (what), (more), (number), (own)})

int kqueue(void);
int kevent(int fd, const struct kevent *changes, int change_count, struct kevent *events, int event_count,
           const struct timespec *timeout);

#endif
