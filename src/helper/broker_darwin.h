/* A network that vmnet-broker owns and lends to many programs (macOS 26): --network NAME.
 *
 * A vmnet network belongs to the process that made it. The broker, a launchd service, makes the
 * networks of its configuration and passes them on by XPC, as long as the connection is held. */
#ifndef HELPER_BROKER_DARWIN_H
#define HELPER_BROKER_DARWIN_H

#include <xpc/xpc.h>

struct broker;

/* Ask the broker for the network. *serialization, what vmnet makes the network from again, is to be
 * released by the caller. Waits 10 s at most. Returns NULL after logging the reason. */
struct broker *broker_acquire(const char *network, xpc_object_t *serialization);

/* Give the network back. NULL is fine. */
void broker_release(struct broker *broker);

#endif
