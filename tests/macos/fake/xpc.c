/* Typed values with a reference count. A released object is marked and kept, so that a late use is
 * seen; these programs make few. */
#include <xpc/xpc.h>

#include "fake.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_xpc_type {
    const char *name;
};

const struct fake_xpc_type fake_xpc_dictionary = {"dictionary"}, fake_xpc_array = {"array"},
                           fake_xpc_string = {"string"}, fake_xpc_uint64 = {"uint64"}, fake_xpc_int64 = {"int64"},
                           fake_xpc_bool = {"bool"}, fake_xpc_uuid = {"uuid"}, fake_xpc_error = {"error"},
                           fake_xpc_connection = {"connection"};

enum { ENTRIES_MAX = 64 };

struct fake_xpc {
    xpc_type_t type;
    atomic_int references; /* 0: released; immortal ones start high */
    union {
        char *text;
        uint64_t number;
        uint8_t id[16];
        struct {
            size_t count;
            char *keys[ENTRIES_MAX];
            struct fake_xpc *values[ENTRIES_MAX];
        } entries;
    } value;
};

const char *fake_xpc_description_key = "XPCErrorDescription";
static struct fake_xpc invalid_text = {&fake_xpc_string, 1 << 30, {.text = (char *)"Connection invalid"}};
struct fake_xpc fake_xpc_connection_invalid = {
    &fake_xpc_error, 1 << 30, {.entries = {1, {(char *)"XPCErrorDescription"}, {&invalid_text}}}};

static struct fake_xpc *make(xpc_type_t type)
{
    struct fake_xpc *object = calloc(1, sizeof(*object));

    object->type = type;
    atomic_store(&object->references, 1);
    return object;
}

static struct fake_xpc *check(xpc_object_t object, xpc_type_t type, const char *who)
{
    struct fake_xpc *checked = object;

    if (!checked)
        fake_abort("%s: NULL object", who);
    if (atomic_load(&checked->references) <= 0)
        fake_abort("%s: a released %s", who, checked->type->name);
    if (type && checked->type != type)
        fake_abort("%s: a %s where a %s must be", who, checked->type->name, type->name);
    return checked;
}

xpc_type_t xpc_get_type(xpc_object_t object)
{
    return check(object, NULL, "xpc_get_type")->type;
}

xpc_object_t xpc_retain(xpc_object_t object)
{
    atomic_fetch_add(&check(object, NULL, "xpc_retain")->references, 1);
    return object;
}

void xpc_release(xpc_object_t object)
{
    struct fake_xpc *released = check(object, NULL, "xpc_release");

    if (atomic_fetch_sub(&released->references, 1) > 1)
        return;
    if (released->type == XPC_TYPE_DICTIONARY || released->type == XPC_TYPE_ARRAY)
        for (size_t i = 0; i < released->value.entries.count; i++)
            xpc_release(released->value.entries.values[i]);
}

xpc_object_t xpc_dictionary_create(const char *const *keys, const xpc_object_t *values, size_t count)
{
    struct fake_xpc *dictionary = make(XPC_TYPE_DICTIONARY);

    for (size_t i = 0; i < count; i++)
        xpc_dictionary_set_value(dictionary, keys[i], values[i]);
    return dictionary;
}

void xpc_dictionary_set_value(xpc_object_t object, const char *key, xpc_object_t value)
{
    struct fake_xpc *dictionary = check(object, XPC_TYPE_DICTIONARY, "xpc_dictionary_set_value");

    if (!key)
        fake_abort("xpc_dictionary_set_value: NULL key");
    xpc_retain(value);
    for (size_t i = 0; i < dictionary->value.entries.count; i++) {
        if (strcmp(dictionary->value.entries.keys[i], key) == 0) {
            xpc_release(dictionary->value.entries.values[i]);
            dictionary->value.entries.values[i] = value;
            return;
        }
    }
    if (dictionary->value.entries.count == ENTRIES_MAX)
        fake_abort("a dictionary with over %d keys", ENTRIES_MAX);
    dictionary->value.entries.keys[dictionary->value.entries.count] = strdup(key);
    dictionary->value.entries.values[dictionary->value.entries.count++] = value;
}

static void set_and_release(xpc_object_t dictionary, const char *key, struct fake_xpc *value)
{
    xpc_dictionary_set_value(dictionary, key, value);
    xpc_release(value);
}

void xpc_dictionary_set_string(xpc_object_t dictionary, const char *key, const char *text)
{
    set_and_release(dictionary, key, xpc_string_create(text));
}

void xpc_dictionary_set_uint64(xpc_object_t dictionary, const char *key, uint64_t number)
{
    struct fake_xpc *value = make(XPC_TYPE_UINT64);

    value->value.number = number;
    set_and_release(dictionary, key, value);
}

void xpc_dictionary_set_int64(xpc_object_t dictionary, const char *key, int64_t number)
{
    struct fake_xpc *value = make(XPC_TYPE_INT64);

    value->value.number = (uint64_t)number;
    set_and_release(dictionary, key, value);
}

void xpc_dictionary_set_bool(xpc_object_t dictionary, const char *key, bool truth)
{
    struct fake_xpc *value = make(XPC_TYPE_BOOL);

    value->value.number = truth;
    set_and_release(dictionary, key, value);
}

void xpc_dictionary_set_uuid(xpc_object_t dictionary, const char *key, const uint8_t id[16])
{
    struct fake_xpc *value = make(XPC_TYPE_UUID);

    memcpy(value->value.id, id, sizeof(value->value.id));
    set_and_release(dictionary, key, value);
}

xpc_object_t xpc_dictionary_get_value(xpc_object_t object, const char *key)
{
    struct fake_xpc *dictionary = check(object, NULL, "xpc_dictionary_get_value");

    if (dictionary->type != XPC_TYPE_DICTIONARY && dictionary->type != XPC_TYPE_ERROR)
        fake_abort("xpc_dictionary_get_value: a %s where a dictionary must be", dictionary->type->name);
    for (size_t i = 0; i < dictionary->value.entries.count; i++)
        if (strcmp(dictionary->value.entries.keys[i], key) == 0)
            return dictionary->value.entries.values[i];
    return NULL;
}

/* As on macOS: NULL or 0 when the key is missing or the value of another type. */
static struct fake_xpc *value_of_type(xpc_object_t dictionary, const char *key, xpc_type_t type)
{
    struct fake_xpc *value = xpc_dictionary_get_value(dictionary, key);

    return value && value->type == type ? value : NULL;
}

const char *xpc_dictionary_get_string(xpc_object_t dictionary, const char *key)
{
    struct fake_xpc *value = value_of_type(dictionary, key, XPC_TYPE_STRING);

    return value ? value->value.text : NULL;
}

uint64_t xpc_dictionary_get_uint64(xpc_object_t dictionary, const char *key)
{
    struct fake_xpc *value = value_of_type(dictionary, key, XPC_TYPE_UINT64);

    return value ? value->value.number : 0;
}

bool xpc_dictionary_get_bool(xpc_object_t dictionary, const char *key)
{
    struct fake_xpc *value = value_of_type(dictionary, key, XPC_TYPE_BOOL);

    return value && value->value.number;
}

const uint8_t *xpc_dictionary_get_uuid(xpc_object_t dictionary, const char *key)
{
    struct fake_xpc *value = value_of_type(dictionary, key, XPC_TYPE_UUID);

    return value ? value->value.id : NULL;
}

bool xpc_dictionary_apply(xpc_object_t object, bool (^applier)(const char *key, xpc_object_t value))
{
    struct fake_xpc *dictionary = check(object, XPC_TYPE_DICTIONARY, "xpc_dictionary_apply");

    for (size_t i = 0; i < dictionary->value.entries.count; i++)
        if (!applier(dictionary->value.entries.keys[i], dictionary->value.entries.values[i]))
            return false;
    return true;
}

uint64_t xpc_uint64_get_value(xpc_object_t number)
{
    return check(number, XPC_TYPE_UINT64, "xpc_uint64_get_value")->value.number;
}

int64_t xpc_int64_get_value(xpc_object_t number)
{
    return (int64_t)check(number, XPC_TYPE_INT64, "xpc_int64_get_value")->value.number;
}

xpc_object_t xpc_array_create(const xpc_object_t *values, size_t count)
{
    struct fake_xpc *array = make(XPC_TYPE_ARRAY);

    for (size_t i = 0; i < count; i++)
        xpc_array_append_value(array, values[i]);
    return array;
}

void xpc_array_append_value(xpc_object_t object, xpc_object_t value)
{
    struct fake_xpc *array = check(object, XPC_TYPE_ARRAY, "xpc_array_append_value");

    if (array->value.entries.count == ENTRIES_MAX)
        fake_abort("an array with over %d values", ENTRIES_MAX);
    array->value.entries.values[array->value.entries.count++] = xpc_retain(value);
}

size_t xpc_array_get_count(xpc_object_t array)
{
    return check(array, XPC_TYPE_ARRAY, "xpc_array_get_count")->value.entries.count;
}

const char *xpc_array_get_string(xpc_object_t object, size_t index)
{
    struct fake_xpc *array = check(object, XPC_TYPE_ARRAY, "xpc_array_get_string");

    if (index >= array->value.entries.count)
        fake_abort("xpc_array_get_string: %zu of %zu", index, array->value.entries.count);
    struct fake_xpc *value = array->value.entries.values[index];
    return value->type == XPC_TYPE_STRING ? value->value.text : NULL;
}

xpc_object_t xpc_string_create(const char *text)
{
    struct fake_xpc *value = make(XPC_TYPE_STRING);

    if (!text)
        fake_abort("a NULL string");
    value->value.text = strdup(text);
    return value;
}
