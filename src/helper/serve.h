/* The life of the helper once it is up: clients come and go, signals and the parent are watched. */
#ifndef HELPER_SERVE_H
#define HELPER_SERVE_H

#include "helper/forward.h"
#include "helper/options.h"
#include "helper/peer.h"
#include "helper/signals.h"
#include "helper/socket.h"

/* All that it needs; owned by run.c. */
struct service {
    const struct options *options;
    struct signals *signals;
    struct forward *forward;
    struct server_socket *server; /* NULL: --fd */
    struct peer *peer;
    struct stats *stats;
    struct notify *notify;
};

/* Serve until there is a reason to stop. The exit status. */
int serve(struct service *service);

#endif
