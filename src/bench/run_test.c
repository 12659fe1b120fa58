#include "bench/run_test.h"
#include "bench/iperf.h"
#include "bench/stop.h"
#include "bench/usage.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 40 };

static struct usage read_usage(const struct run_test *test)
{
    struct usage usage = {0};

    for (unsigned i = 0; i < test->guest_count; i++)
        usage_ask(test->guests[i].helper);
    stop_pause(0.1);
    for (unsigned i = 0; i < test->guest_count; i++)
        usage_add(&usage, test->guests[i].helper, test->guests[i].log);
    return usage;
}

static cJSON *new_record(const struct usage *before, const struct usage *after, double bytes, const char *const *argv)
{
    cJSON *record = usage_record(before, after, bytes);
    cJSON *command = cJSON_AddArrayToObject(record, "command");

    for (; *argv; argv++)
        cJSON_AddItemToArray(command, cJSON_CreateString(*argv));
    return record;
}

struct client {
    const char *argv[ARGUMENTS_MAX];
    int count;
    char port[16], time[16], omit[16], parallel[16];
};

static void add(struct client *client, const char *word)
{
    client->argv[client->count++] = word;
}

static void build_client(struct client *client, const struct run_test *test)
{
    const struct benchmark *b = test->benchmark;
    bool between = !strcmp(test->test, "vm-to-vm");

    *client = (struct client){0};
    snprintf(client->port, sizeof(client->port), "%u", test->port);
    snprintf(client->time, sizeof(client->time), "%u", test->seconds ? test->seconds : b->time);
    snprintf(client->omit, sizeof(client->omit), "%u", b->omit);
    snprintf(client->parallel, sizeof(client->parallel), "%u", b->parallel);
    const char *const within[] = {guest_harness(), "vm", "exec", test->guests[between ? 1 : 0].name, "--"};
    const char *const namespace[] = {"ip", "netns", "exec", test->netns};
    for (int i = 0; between && i < 5; i++)
        add(client, within[i]);
    for (int i = 0; !between && test->netns && i < 4; i++)
        add(client, namespace[i]);
    const char *const always[] = {"iperf3",     "-c",     test->guests[0].ip, "-p",
                                  client->port, "--time", client->time,       "--json"};
    for (int i = 0; i < 8; i++)
        add(client, always[i]);
    if (b->omit && !test->seconds) {
        add(client, "--omit");
        add(client, client->omit);
    }
    if (*b->length) {
        add(client, "--length");
        add(client, b->length);
    }
    if (b->parallel > 1) {
        add(client, "--parallel");
        add(client, client->parallel);
    }
    if (b->udp)
        add(client, "--udp");
    if (*b->bitrate) {
        add(client, "--bitrate");
        add(client, b->bitrate);
    }
    if (b->bidir)
        add(client, "--bidir");
    else if (!strcmp(test->test, "vm-to-host"))
        add(client, "--reverse");
    if (between)
        add(client, "--forceflush");
}

/* The server's ssh takes its time: the client comes again until it listens. */
static char *run_client(const struct client *client, double limit, char *reason, size_t size)
{
    double end = process_clock() + 20;
    struct iperf_result result;
    char *output = NULL;

    while (!stop_wanted()) {
        int status = capture_run(client->argv, -1, limit, &output);
        if (status < 0)
            text_format(reason, size, "iperf3 did not end: %s", strerror(errno));
        else if (status == 127 && output && !*output)
            text_copy(reason, size, "iperf3 cannot be run here: install it");
        else if (output && iperf_parse(&result, output, strlen(output), reason, size) == 0)
            return output;
        bool again = output && strstr(output, "unable to connect") && process_clock() < end;
        free(output);
        output = NULL;
        if (!again)
            break;
        stop_pause(0.2);
    }
    return NULL;
}

char *run_test(const struct run_test *test, cJSON **record, char *reason, size_t size)
{
    char port[16];
    const char *const server_argv[] = {"iperf3", "-s", "-1", "-p", port, NULL};
    struct capture server;
    struct client client;
    struct iperf_result result;

    snprintf(port, sizeof(port), "%u", test->port);
    build_client(&client, test);
    if (guest_exec(&test->guests[0], server_argv, &server) < 0) {
        text_format(reason, size, "cannot run vmnet-harness: %s", strerror(errno));
        return NULL;
    }
    struct usage before = read_usage(test);
    unsigned seconds = test->seconds ? test->seconds : test->benchmark->time + test->benchmark->omit;
    char *output = run_client(&client, seconds + 30, reason, size);
    struct usage after = read_usage(test);
    /* It ends by itself after a test. */
    char *unused = NULL;
    capture_finish(&server, output ? 5 : 0, &unused);
    free(unused);
    if (output && iperf_parse(&result, output, strlen(output), reason, size) == 0)
        *record = new_record(&before, &after, result.bytes, client.argv);
    return output;
}
