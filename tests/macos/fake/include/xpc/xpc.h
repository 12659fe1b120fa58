/* The part of XPC that the helper uses. */
#ifndef FAKE_XPC_H
#define FAKE_XPC_H

#include <dispatch/dispatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void *xpc_object_t;
typedef const struct fake_xpc_type *xpc_type_t;
typedef void *xpc_connection_t;
typedef void (^xpc_handler_t)(xpc_object_t object);

extern const struct fake_xpc_type fake_xpc_dictionary, fake_xpc_array, fake_xpc_string, fake_xpc_uint64,
    fake_xpc_int64, fake_xpc_bool, fake_xpc_uuid, fake_xpc_error, fake_xpc_connection;
#define XPC_TYPE_DICTIONARY (&fake_xpc_dictionary)
#define XPC_TYPE_ARRAY (&fake_xpc_array)
#define XPC_TYPE_STRING (&fake_xpc_string)
#define XPC_TYPE_UINT64 (&fake_xpc_uint64)
#define XPC_TYPE_INT64 (&fake_xpc_int64)
#define XPC_TYPE_BOOL (&fake_xpc_bool)
#define XPC_TYPE_UUID (&fake_xpc_uuid)
#define XPC_TYPE_ERROR (&fake_xpc_error)

extern struct fake_xpc fake_xpc_connection_invalid;
extern const char *fake_xpc_description_key;
#define XPC_ERROR_CONNECTION_INVALID ((xpc_object_t)&fake_xpc_connection_invalid)
#define XPC_ERROR_KEY_DESCRIPTION fake_xpc_description_key

xpc_type_t xpc_get_type(xpc_object_t object);
xpc_object_t xpc_retain(xpc_object_t object);
void xpc_release(xpc_object_t object);

xpc_object_t xpc_dictionary_create(const char *const *keys, const xpc_object_t *values, size_t count);
void xpc_dictionary_set_value(xpc_object_t dictionary, const char *key, xpc_object_t value);
void xpc_dictionary_set_string(xpc_object_t dictionary, const char *key, const char *value);
void xpc_dictionary_set_uint64(xpc_object_t dictionary, const char *key, uint64_t value);
void xpc_dictionary_set_int64(xpc_object_t dictionary, const char *key, int64_t value);
void xpc_dictionary_set_bool(xpc_object_t dictionary, const char *key, bool value);
void xpc_dictionary_set_uuid(xpc_object_t dictionary, const char *key, const uint8_t value[16]);
xpc_object_t xpc_dictionary_get_value(xpc_object_t dictionary, const char *key);
const char *xpc_dictionary_get_string(xpc_object_t dictionary, const char *key);
uint64_t xpc_dictionary_get_uint64(xpc_object_t dictionary, const char *key);
bool xpc_dictionary_get_bool(xpc_object_t dictionary, const char *key);
const uint8_t *xpc_dictionary_get_uuid(xpc_object_t dictionary, const char *key);
bool xpc_dictionary_apply(xpc_object_t dictionary, bool (^applier)(const char *key, xpc_object_t value));

uint64_t xpc_uint64_get_value(xpc_object_t number);
int64_t xpc_int64_get_value(xpc_object_t number);

xpc_object_t xpc_array_create(const xpc_object_t *values, size_t count);
void xpc_array_append_value(xpc_object_t array, xpc_object_t value);
size_t xpc_array_get_count(xpc_object_t array);
const char *xpc_array_get_string(xpc_object_t array, size_t index);
xpc_object_t xpc_string_create(const char *value);

xpc_connection_t xpc_connection_create_mach_service(const char *name, dispatch_queue_t queue, uint64_t flags);
void xpc_connection_set_event_handler(xpc_connection_t connection, xpc_handler_t handler);
void xpc_connection_resume(xpc_connection_t connection);
void xpc_connection_cancel(xpc_connection_t connection);
void xpc_connection_send_message_with_reply(xpc_connection_t connection, xpc_object_t message, dispatch_queue_t queue,
                                            xpc_handler_t handler);

#endif
