#include "helper/network/ovsdb.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* The answers are small: all ports of a machine with thousands of them are less than a megabyte. */
enum { SECONDS = 3, CHUNK = 1 << 16, REPLY_MAX = 4 << 20, REQUEST_ID = 1 };

struct reply {
    char *text;
    size_t size, room;
};

uid_t ovsdb_owner(void)
{
    struct stat info;

    return stat(OVSDB_SOCKET, &info) == 0 ? info.st_uid : 0;
}

int ovsdb_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = OVSDB_SOCKET};
    struct timeval limit = {.tv_sec = SECONDS};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    /* Also for connect(), which waits for a server that accepts nobody. */
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    int result = connect(fd, (struct sockaddr *)&address, sizeof(address));
    if (result < 0 && errno == EACCES && ovsdb_owner() != 0) {
        uid_t before = (uid_t)setfsuid(ovsdb_owner());
        result = connect(fd, (struct sockaddr *)&address, sizeof(address));
        int error = errno;
        setfsuid(before);
        errno = error;
    }
    if (result == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static cJSON *fail(char *reason, size_t size, const char *text)
{
    text_format(reason, size, "%s", text);
    return NULL;
}

static bool send_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left) {
        ssize_t count = send(fd, text, left, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        text += count;
        left -= (size_t)count;
    }
    return true;
}

static bool send_request(int fd, cJSON *operations)
{
    cJSON *request = cJSON_CreateObject();
    bool sent = false;

    cJSON_AddStringToObject(request, "method", "transact");
    cJSON_InsertItemInArray(operations, 0, cJSON_CreateString("Open_vSwitch"));
    cJSON_AddItemToObject(request, "params", operations);
    cJSON_AddNumberToObject(request, "id", REQUEST_ID);
    char *text = cJSON_PrintUnformatted(request);
    if (text)
        sent = send_all(fd, text);
    free(text);
    cJSON_Delete(request);
    return sent;
}

/* Append what comes before the end of the time. */
static bool receive(int fd, struct reply *reply, double end)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    if (reply->size + CHUNK > reply->room) {
        char *text = reply->room < REPLY_MAX ? realloc(reply->text, reply->room * 2 + CHUNK) : NULL;
        if (!text)
            return false;
        reply->text = text;
        reply->room = reply->room * 2 + CHUNK;
    }
    for (;;) {
        double left = end - process_clock();
        int count = left > 0 ? poll(&ready, 1, (int)(left * 1000) + 1) : 0;
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        ssize_t got = recv(fd, reply->text + reply->size, CHUNK, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got > 0)
            reply->size += (size_t)got;
        return got > 0;
    }
}

static bool is_answer(const cJSON *message)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");

    return cJSON_IsNumber(id) && id->valueint == REQUEST_ID &&
           !cJSON_GetObjectItemCaseSensitive(message, "method");
}

/* Take whole messages from the front until one is the answer. The stream has no separators: a
 * message is whole when its last brace is there. What the server asks of us is not answered. */
static cJSON *take_answer(struct reply *reply)
{
    const char *end;

    while (reply->size && memrchr(reply->text, '}', reply->size)) {
        cJSON *message = cJSON_ParseWithLengthOpts(reply->text, reply->size, &end, false);
        if (!message)
            return NULL;
        reply->size -= (size_t)(end - reply->text);
        memmove(reply->text, end, reply->size);
        if (is_answer(message))
            return message;
        cJSON_Delete(message);
    }
    return NULL;
}

static cJSON *receive_answer(int fd)
{
    double end = process_clock() + SECONDS;
    struct reply reply = {0};
    cJSON *answer = NULL;

    while (!answer && receive(fd, &reply, end))
        if (reply.text[reply.size - 1] == '}' || reply.text[reply.size - 1] == '\n')
            answer = take_answer(&reply);
    free(reply.text);
    return answer;
}

/* The first operation that failed, or the transaction as a whole: in the reason. */
static bool has_failed(const cJSON *results, char *reason, size_t size)
{
    const cJSON *result;

    cJSON_ArrayForEach(result, results) {
        const cJSON *error = cJSON_GetObjectItemCaseSensitive(result, "error");
        const cJSON *details = cJSON_GetObjectItemCaseSensitive(result, "details");
        if (!cJSON_IsString(error))
            continue;
        const char *text = cJSON_IsString(details) ? details->valuestring : error->valuestring;
        text_printable(reason, size, text, strlen(text));
        if (!*reason)
            text_format(reason, size, "the database gives no reason");
        return true;
    }
    return false;
}

cJSON *ovsdb_transact(int fd, cJSON *operations, char *reason, size_t size)
{
    int count = cJSON_GetArraySize(operations);

    if (!send_request(fd, operations))
        return fail(reason, size, "the database takes no request");
    cJSON *answer = receive_answer(fd);
    if (!answer)
        return fail(reason, size, "the database does not answer");
    cJSON *results = cJSON_DetachItemFromObjectCaseSensitive(answer, "result");
    cJSON_Delete(answer);
    if (has_failed(results, reason, size)) {
        cJSON_Delete(results);
        return NULL;
    }
    if (!cJSON_IsArray(results) || cJSON_GetArraySize(results) != count) {
        cJSON_Delete(results);
        return fail(reason, size, "the database refuses the request; is it Open vSwitch's?");
    }
    return results;
}

const cJSON *ovsdb_rows(const cJSON *results, int index)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(results, index), "rows");
    return cJSON_IsArray(rows) ? rows : NULL;
}

int ovsdb_count(const cJSON *results, int index)
{
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(results, index), "count");
    return cJSON_IsNumber(count) ? count->valueint : 0;
}

static const char *text_of(const cJSON *array, int index)
{
    return cJSON_GetStringValue(cJSON_GetArrayItem(array, index));
}

const char *ovsdb_map_get(const cJSON *map, const char *key)
{
    const cJSON *pair;

    if (!cJSON_IsArray(map))
        return NULL;
    cJSON_ArrayForEach(pair, cJSON_GetArrayItem(map, 1)) {
        const char *name = cJSON_IsArray(pair) ? text_of(pair, 0) : NULL;
        if (name && strcmp(name, key) == 0)
            return text_of(pair, 1);
    }
    return NULL;
}

const char *ovsdb_row_id(const cJSON *row)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(row, "_uuid");
    return cJSON_IsArray(id) ? text_of(id, 1) : NULL;
}
