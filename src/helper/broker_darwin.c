/* The client's side of vmnet-broker's protocol.
 *
 * Request: a dictionary {"command": "acquire", "network_name": NAME}. Reply: {"network": the
 * serialization} or {"error": a number}. The network is ours while the connection lives. */
#include "helper/broker_darwin.h"
#include "common/log.h"

#include <dispatch/dispatch.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BROKER_SERVICE "com.github.nirs.vmnet-broker"
#define BROKER_WAIT_NS (10 * NSEC_PER_SEC)

struct broker {
    xpc_connection_t connection;
};

/* The reply may come after we stopped waiting: whoever is last frees this. */
struct answer {
    dispatch_semaphore_t arrived;
    xpc_object_t reply;
    atomic_int users;
};

static const char *broker_error_text(uint64_t error)
{
    static const char *const texts[] = {
        [0] = NULL,
        [1] = "the broker could not use XPC: restart it with launchctl kickstart",
        [2] = "the broker got an invalid reply from vmnet: see the broker's log",
        [3] = "this user may not use the network: ask for it in the broker's configuration",
        [4] = "the broker did not understand the request: use versions of helper and broker that fit",
        [5] = "the broker has no network of that name: check --network and the broker's configuration",
        [6] = "the broker could not create the network: see its log; the subnet may be in use",
        [7] = "the broker failed inside: see its log",
    };

    return error < sizeof(texts) / sizeof(texts[0]) && texts[error] ? texts[error] :
           "the broker gave an error that this helper does not know: update the helper";
}

static void answer_leave(struct answer *answer)
{
    if (atomic_fetch_sub(&answer->users, 1) > 1)
        return;
    if (answer->reply)
        xpc_release(answer->reply);
    dispatch_release(answer->arrived);
    free(answer);
}

/* The network in the broker's reply, or NULL after logging. */
static xpc_object_t broker_read_reply(xpc_object_t reply, const char *network)
{
    if (xpc_get_type(reply) == XPC_TYPE_ERROR) {
        const char *reason = xpc_dictionary_get_string(reply, XPC_ERROR_KEY_DESCRIPTION);
        log_error("broker", "cannot reach vmnet-broker (%s): install and start it, or leave --network out",
                  reason ? reason : "unknown");
        return NULL;
    }
    if (xpc_get_type(reply) != XPC_TYPE_DICTIONARY) {
        log_error("broker", "vmnet-broker gave no dictionary: use versions of helper and broker that fit");
        return NULL;
    }

    xpc_object_t error = xpc_dictionary_get_value(reply, "error");
    if (error) {
        uint64_t number = xpc_get_type(error) == XPC_TYPE_INT64 ? (uint64_t)xpc_int64_get_value(error) :
                          xpc_get_type(error) == XPC_TYPE_UINT64 ? xpc_uint64_get_value(error) : 0;
        log_error("broker", "network \"%s\": %s (error %llu)", network, broker_error_text(number),
                  (unsigned long long)number);
        return NULL;
    }

    xpc_object_t serialization = xpc_dictionary_get_value(reply, "network");
    if (!serialization) {
        log_error("broker", "vmnet-broker gave neither a network nor an error: use versions of helper and broker "
                            "that fit");
        return NULL;
    }
    return xpc_retain(serialization);
}

static struct broker *broker_connect(void)
{
    struct broker *broker = calloc(1, sizeof(*broker));

    if (!broker)
        return NULL;
    broker->connection = xpc_connection_create_mach_service(BROKER_SERVICE, NULL, 0);
    if (!broker->connection) {
        free(broker);
        return NULL;
    }
    xpc_connection_set_event_handler(broker->connection, ^(xpc_object_t event) {
        /* The network lives on in vmnet while an interface is on it: nothing to do but to tell. */
        if (xpc_get_type(event) == XPC_TYPE_ERROR && event != XPC_ERROR_CONNECTION_INVALID)
            log_warn("broker", "the connection to vmnet-broker was lost: restart the VM if its network fails");
    });
    xpc_connection_resume(broker->connection);
    return broker;
}

/* Send the request and wait. The reply, to be released by the caller; NULL after logging. */
static xpc_object_t broker_ask(struct broker *broker, const char *network)
{
    struct answer *answer = calloc(1, sizeof(*answer));
    xpc_object_t reply = NULL;

    if (!answer)
        return NULL;
    answer->arrived = dispatch_semaphore_create(0);
    atomic_store(&answer->users, 2);

    xpc_object_t request = xpc_dictionary_create(NULL, NULL, 0);
    xpc_dictionary_set_string(request, "command", "acquire");
    xpc_dictionary_set_string(request, "network_name", network);
    xpc_connection_send_message_with_reply(broker->connection, request,
                                           dispatch_get_global_queue(DISPATCH_QUEUE_PRIORITY_DEFAULT, 0),
                                           ^(xpc_object_t object) {
                                               answer->reply = xpc_retain(object);
                                               dispatch_semaphore_signal(answer->arrived);
                                               answer_leave(answer);
                                           });
    xpc_release(request);

    if (dispatch_semaphore_wait(answer->arrived, dispatch_time(DISPATCH_TIME_NOW, BROKER_WAIT_NS)) == 0)
        reply = xpc_retain(answer->reply);
    else
        log_error("broker", "vmnet-broker did not answer within 10 s: restart it with launchctl kickstart");
    answer_leave(answer);
    return reply;
}

struct broker *broker_acquire(const char *network, xpc_object_t *serialization)
{
    struct broker *broker = broker_connect();

    *serialization = NULL;
    if (!broker) {
        log_error("broker", "cannot connect to vmnet-broker: no memory or no XPC");
        return NULL;
    }

    xpc_object_t reply = broker_ask(broker, network);
    if (reply) {
        *serialization = broker_read_reply(reply, network);
        xpc_release(reply);
    }
    if (!*serialization) {
        broker_release(broker);
        return NULL;
    }
    return broker;
}

void broker_release(struct broker *broker)
{
    if (!broker)
        return;
    xpc_connection_cancel(broker->connection);
    xpc_release(broker->connection);
    free(broker);
}
