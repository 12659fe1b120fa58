/* Events for a program: --notify-fd, one JSON object a line; and READY=1 for systemd.
 *
 *     {"event":"ready"}
 *     {"event":"client","path":"/tmp/vfkit-1.sock"}       path: with --socket only
 *     {"event":"address","family":"ipv4","address":"192.168.105.7","lease_seconds":3600}
 *     {"event":"address","family":"ipv6","address":"fd9b:5a14:ba57:e3d3:92c9:52ff:feb7:6c08"}
 *     {"event":"client-gone"}
 *     {"event":"stopping","reason":"signal"}              signal, vm gone, parent gone, interface gone, error
 *
 * A reader that is slow or gone loses events; it never makes the helper wait. */
#ifndef HELPER_NOTIFY_H
#define HELPER_NOTIFY_H

#include "helper/lease.h"
#include "helper/neighbour.h"

#include <pthread.h>

struct notify {
    int fd; /* -1: nobody listens */
    pthread_mutex_t lock;
};

/* fd stays the caller's. */
void notify_init(struct notify *notify, int fd);

/* Does somebody listen? */
bool notify_is_on(const struct notify *notify);

void notify_ready(struct notify *notify);
void notify_client(struct notify *notify, const char *path);
void notify_client_gone(struct notify *notify);
void notify_address(struct notify *notify, const struct lease *lease);
void notify_address6(struct notify *notify, const uint8_t address[NEIGHBOUR_ADDRESS]);
void notify_stopping(struct notify *notify, const char *reason);

/* Tell systemd that the service is ready (sd_notify(3)). path is what NOTIFY_SOCKET was, or NULL. */
void notify_service_manager(const char *path);

#endif
