/* What a switch's database may answer. The first byte: how its answer is framed, so that not all ends at the first
 * check; then the answer. */
#include "fuzz/input.h"
#include "helper/network/ovsdb.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void read_results(const cJSON *results)
{
    const cJSON *rows = ovsdb_rows(results, 0), *row;

    ovsdb_count(results, 0);
    ovsdb_count(results, 7);
    cJSON_ArrayForEach(row, rows) {
        const char *id = ovsdb_row_id(row);
        const char *value = ovsdb_map_get(cJSON_GetObjectItemCaseSensitive(row, "external_ids"), "a");
        must(!id || strlen(id) < 65536);
        must(!value || strlen(value) < 65536);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const frames[][2] = {
        {"", ""},
        {"{\"id\":1,\"error\":null,\"result\":[", "]}"},
        {"{\"id\":1,\"result\":[{\"rows\":[{\"_uuid\":[\"uuid\",\"u1\"],\"external_ids\":", "}]}]}"},
        {"{\"method\":\"echo\",\"params\":[],\"id\":\"echo\"}{\"id\":1,\"result\":[{\"count\":", "}]}\n"},
    };
    char reason[200] = "";
    int ends[2];

    if (!size)
        return 0;
    const char *const *frame = frames[data[0] % 4];
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    must(send(ends[1], frame[0], strlen(frame[0]), 0) >= 0 && send(ends[1], data + 1, size - 1, 0) >= 0 &&
         send(ends[1], frame[1], strlen(frame[1]), 0) >= 0);
    shutdown(ends[1], SHUT_WR);
    cJSON *operations = cJSON_CreateArray();
    cJSON_AddItemToArray(operations, cJSON_CreateObject());
    cJSON *results = ovsdb_transact(ends[0], operations, reason, sizeof(reason));
    if (results)
        read_results(results);
    else
        must(*reason);
    cJSON_Delete(results);
    close(ends[0]);
    close(ends[1]);
    return 0;
}
