/* The OVSDB client against a server that says what the test wants. */
#include "helper/network/ovsdb.h"
#include "unit/unit.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
    int client;
    pid_t pid;
};

/* A child reads the request and then says text: in one piece, or byte by byte; and hangs up. */
static struct server server_start(const char *text, bool bytewise)
{
    struct server server;
    char request[4096];
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    server.client = ends[0];
    server.pid = fork();
    if (server.pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        size_t step = bytewise ? 1 : strlen(text);
        ssize_t count = read(ends[1], request, sizeof(request));
        for (size_t i = 0; count > 0 && i < strlen(text); i += step)
            count = write(ends[1], text + i, step);
        _exit(0);
    }
    close(ends[1]);
    return server;
}

static void server_stop(struct server *server)
{
    close(server->client);
    waitpid(server->pid, NULL, 0);
}

static cJSON *two_operations(void)
{
    cJSON *operations = cJSON_CreateArray();

    cJSON_AddItemToArray(operations, cJSON_CreateObject());
    cJSON_AddItemToArray(operations, cJSON_CreateObject());
    return operations;
}

static cJSON *ask(const char *text, bool bytewise, char *reason, size_t size)
{
    struct server server = server_start(text, bytewise);
    cJSON *results = ovsdb_transact(server.client, two_operations(), reason, size);

    server_stop(&server);
    return results;
}

static void assert_reason(const char *answer, const char *wanted)
{
    char reason[200] = "";

    assert_null(ask(answer, false, reason, sizeof(reason)));
    assert_non_null(strstr(reason, wanted));
}

#define ANSWER "{\"id\":1,\"error\":null,\"result\":[{\"count\":3},{\"rows\":[{\"_uuid\":[\"uuid\",\"u1\"]," \
               "\"external_ids\":[\"map\",[[\"a\",\"b}\"],[\"c\",\"d\"]]]}]}]}"

static void test_answer(void **state)
{
    char reason[200];

    for (int bytewise = 0; bytewise < 2; bytewise++) {
        cJSON *results = ask(ANSWER, bytewise, reason, sizeof(reason));
        assert_non_null(results);
        assert_int_equal(ovsdb_count(results, 0), 3);
        const cJSON *row = cJSON_GetArrayItem(ovsdb_rows(results, 1), 0);
        assert_string_equal(ovsdb_row_id(row), "u1");
        const cJSON *map = cJSON_GetObjectItemCaseSensitive(row, "external_ids");
        assert_string_equal(ovsdb_map_get(map, "a"), "b}");
        assert_string_equal(ovsdb_map_get(map, "c"), "d");
        assert_null(ovsdb_map_get(map, "b}"));
        cJSON_Delete(results);
    }
}

static void test_other_messages_are_passed_over(void **state)
{
    char reason[200];
    cJSON *results = ask("{\"id\":\"echo\",\"method\":\"echo\",\"params\":[]}\n{\"id\":7,\"result\":[{},{}]}" ANSWER, false,
                         reason, sizeof(reason));

    assert_non_null(results);
    assert_int_equal(ovsdb_count(results, 0), 3);
    cJSON_Delete(results);
}

static void test_errors(void **state)
{
    assert_reason("{\"id\":1,\"error\":null,\"result\":[{},{\"error\":\"constraint violation\",\"details\":\"no\\nroom\"}]}",
                  "no\\x0aroom");
    assert_reason("{\"id\":1,\"error\":null,\"result\":[{},null,{\"error\":\"referential integrity\"}]}",
                  "referential integrity");
    assert_reason("{\"id\":1,\"error\":null,\"result\":[{},{\"error\":\"\"}]}", "no reason");
    assert_reason("{\"id\":1,\"error\":\"unknown database\",\"result\":null}", "refuses");
    assert_reason("{\"id\":1,\"error\":null,\"result\":[{}]}", "refuses");
    assert_reason("{\"id\":1,\"result\":7}", "refuses");
}

static void test_no_answer(void **state)
{
    assert_reason("", "does not answer");
    assert_reason("this is no JSON }", "does not answer");
    assert_reason("{\"id\":1,\"result\":[", "does not answer");
    assert_reason("[[[[[[}", "does not answer");
}

static void test_strange_rows(void **state)
{
    cJSON *results = cJSON_Parse("[{\"rows\":{}},{\"count\":\"x\"},7,{\"rows\":[{\"_uuid\":[]},{\"_uuid\":\"u\"}]}]");
    cJSON *map = cJSON_Parse("[\"map\",[7,[],[\"a\"],[\"b\",7],[null,null]]]");

    assert_null(ovsdb_rows(results, 0));
    assert_null(ovsdb_rows(results, 2));
    assert_null(ovsdb_rows(results, 9));
    assert_int_equal(ovsdb_count(results, 1), 0);
    assert_null(ovsdb_row_id(cJSON_GetArrayItem(ovsdb_rows(results, 3), 0)));
    assert_null(ovsdb_row_id(cJSON_GetArrayItem(ovsdb_rows(results, 3), 1)));
    assert_null(ovsdb_map_get(map, "a"));
    assert_null(ovsdb_map_get(map, "b"));
    assert_null(ovsdb_map_get(NULL, "b"));
    cJSON_Delete(results);
    cJSON_Delete(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),   cmocka_unit_test(test_other_messages_are_passed_over),
        cmocka_unit_test(test_errors),   cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_strange_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
