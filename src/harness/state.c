#include "harness/state.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_SIZE_MAX = 65536 };

#define SECONDS_MAX (1L << 50)

static void read_text(const cJSON *object, const char *key, char *out, size_t size)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    if (cJSON_IsString(item))
        text_copy(out, size, item->valuestring);
}

/* 0 for what is no number from 0 to max, which a double must hold exactly. */
static long read_long(const cJSON *object, const char *key, long max)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    bool good = cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= (double)max;
    return good ? (long)item->valuedouble : 0;
}

static void read_identity(const cJSON *object, const char *key, struct identity *identity)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    identity->pid = (pid_t)read_long(item, "pid", INT_MAX);
    read_text(item, "start", identity->start, sizeof(identity->start));
    /* Never signal a group or everything because of a file. */
    if (identity->pid < 2)
        identity->pid = 0;
}

int vm_state_read(struct state *state, const char *path)
{
    *state = (struct state){0};
    char *text = file_read(path, STATE_SIZE_MAX, NULL);
    cJSON *root = text ? cJSON_Parse(text) : NULL;

    free(text);
    if (!root)
        return 1;
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(root, "options");
    for (int i = 0; i < CONFIG_KEPT; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(options, config_options[i].name);
        if (cJSON_IsString(item))
            state->texts[i] = strdup(item->valuestring);
    }
    read_text(root, "image_dir", state->image_dir, sizeof(state->image_dir));
    read_text(root, "user", state->user, sizeof(state->user));
    read_text(root, "ip", state->ip, sizeof(state->ip));
    read_text(root, "mac", state->mac, sizeof(state->mac));
    read_text(root, "run_dir", state->run_dir, sizeof(state->run_dir));
    read_text(root, "provisioned", state->provisioned, sizeof(state->provisioned));
    state->created = read_long(root, "created", SECONDS_MAX);
    state->started = read_long(root, "started", SECONDS_MAX);
    read_identity(root, "helper", &state->helper);
    read_identity(root, "machine", &state->machine);
    cJSON_Delete(root);
    return 0;
}

static void add_identity(cJSON *root, const char *key, const struct identity *identity)
{
    if (!identity->pid)
        return;
    cJSON *item = cJSON_AddObjectToObject(root, key);
    cJSON_AddNumberToObject(item, "pid", identity->pid);
    cJSON_AddStringToObject(item, "start", identity->start);
}

char *vm_state_format(const struct state *state)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *options = cJSON_AddObjectToObject(root, "options");

    for (int i = 0; i < CONFIG_KEPT; i++)
        if (state->texts[i])
            cJSON_AddStringToObject(options, config_options[i].name, state->texts[i]);
    cJSON_AddStringToObject(root, "image_dir", state->image_dir);
    cJSON_AddStringToObject(root, "user", state->user);
    cJSON_AddStringToObject(root, "ip", state->ip);
    cJSON_AddStringToObject(root, "mac", state->mac);
    cJSON_AddStringToObject(root, "run_dir", state->run_dir);
    cJSON_AddStringToObject(root, "provisioned", state->provisioned);
    cJSON_AddNumberToObject(root, "created", (double)state->created);
    cJSON_AddNumberToObject(root, "started", (double)state->started);
    add_identity(root, "helper", &state->helper);
    add_identity(root, "machine", &state->machine);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

int vm_state_keep(struct state *state, const char *const *texts)
{
    for (int i = 0; i < CONFIG_KEPT; i++) {
        /* Texts that stay the same stay where they are: others may point to them. */
        if (texts[i] && state->texts[i] && strcmp(texts[i], state->texts[i]) == 0)
            continue;
        char *copy = texts[i] ? strdup(texts[i]) : NULL;
        if (texts[i] && !copy)
            return message_error("not enough memory");
        free(state->texts[i]);
        state->texts[i] = copy;
    }
    return 0;
}

void vm_state_free(struct state *state)
{
    for (int i = 0; i < CONFIG_KEPT; i++)
        free(state->texts[i]);
    *state = (struct state){0};
}
