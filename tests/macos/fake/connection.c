/* An XPC connection whose other end is a fake vmnet-broker in this process. */
#include <xpc/xpc.h>

#include "fake.h"

#include <stdlib.h>
#include <string.h>

/* A connection is an XPC object too: xpc_release() is called on it. So here it is a dictionary. */
xpc_connection_t xpc_connection_create_mach_service(const char *name, dispatch_queue_t queue, uint64_t flags)
{
    xpc_object_t connection = xpc_dictionary_create(NULL, NULL, 0);

    (void)queue;
    if (flags != 0)
        fake_abort("xpc_connection_create_mach_service: flags %llu", (unsigned long long)flags);
    xpc_dictionary_set_string(connection, "service", name);
    return connection;
}

void xpc_connection_set_event_handler(xpc_connection_t connection, xpc_handler_t handler)
{
    (void)handler;
    xpc_dictionary_set_bool(connection, "handler", true);
}

void xpc_connection_resume(xpc_connection_t connection)
{
    /* macOS ends a program that resumes a connection without a handler. */
    if (!xpc_dictionary_get_bool(connection, "handler"))
        fake_abort("xpc_connection_resume without an event handler");
    xpc_dictionary_set_bool(connection, "resumed", true);
}

void xpc_connection_cancel(xpc_connection_t connection)
{
    xpc_dictionary_set_bool(connection, "resumed", false);
}

static xpc_object_t broker_reply(xpc_connection_t connection, xpc_object_t request)
{
    const char *service = xpc_dictionary_get_string(connection, "service");
    const char *command = xpc_dictionary_get_string(request, "command");
    const char *network = xpc_dictionary_get_string(request, "network_name");
    const char *number = fake_setting_word("FAKE_BROKER", "error");

    if (strcmp(service, "com.github.nirs.vmnet-broker") != 0 || fake_setting_word("FAKE_BROKER", "gone"))
        return XPC_ERROR_CONNECTION_INVALID;
    if (fake_setting_word("FAKE_BROKER", "text"))
        return xpc_string_create("hello");

    xpc_object_t reply = xpc_dictionary_create(NULL, NULL, 0);
    if (fake_setting_word("FAKE_BROKER", "empty"))
        return reply;
    if (!command || strcmp(command, "acquire") != 0 || !network)
        number = "4";
    if (number) {
        xpc_dictionary_set_int64(reply, "error", atoi(number));
        return reply;
    }
    xpc_object_t serialization = xpc_dictionary_create(NULL, NULL, 0);
    xpc_dictionary_set_string(serialization, "fake network", network);
    xpc_dictionary_set_value(reply, "network", serialization);
    xpc_release(serialization);
    return reply;
}

void xpc_connection_send_message_with_reply(xpc_connection_t connection, xpc_object_t message, dispatch_queue_t queue,
                                            xpc_handler_t handler)
{
    if (!xpc_dictionary_get_bool(connection, "resumed"))
        fake_abort("a message on a connection that was not resumed");
    if (fake_setting_word("FAKE_BROKER", "never"))
        return;
    xpc_object_t reply = broker_reply(connection, message);
    dispatch_async(queue, ^{
        handler(reply);
        xpc_release(reply);
    });
}
