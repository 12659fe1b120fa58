#include "bench/run_test.h"
#include "bench/iperf.h"
#include "bench/iperf_client.h"
#include "bench/rate_search.h"
#include "bench/stop.h"
#include "bench/usage.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void add_command(cJSON *record, const char *name, const char *const *argv)
{
    cJSON *command = cJSON_AddArrayToObject(record, name);

    for (; *argv; argv++)
        cJSON_AddItemToArray(command, cJSON_CreateString(*argv));
}

/* Run a command on the host's side: words before it. Returns their number. */
static int host_prefix(const struct run_test *test, const char **words)
{
    const char *const namespace[] = {"ip", "netns", "exec", test->netns};

    for (int i = 0; test->netns && i < 4; i++)
        words[i] = namespace[i];
    return test->netns ? 4 : 0;
}

static struct iperf_order new_order(const struct run_test *test)
{
    struct iperf_order order = {.address = test->guests[0].ip, .port = test->port};
    const char *const within[] = {guest_harness(), "vm", "exec", test->guests[1].name, "--"};

    iperf_order_set(&order, test->benchmark);
    order.reverse = !strcmp(test->test, "vm-to-host") || !strcmp(test->test, "frames-vm-to-host");
    if (!strncmp(test->test, "frames-", 7))
        iperf_order_set_frames(&order);
    if (!strcmp(test->test, "vm-to-vm")) {
        memcpy(order.prefix, within, sizeof(within));
        order.flush = true;
    } else {
        host_prefix(test, order.prefix);
    }
    if (test->seconds) {
        order.seconds = test->seconds;
        order.omit = 0;
    }
    return order;
}

/* Until it says that it listens; a server that says nothing is used all the same. False: it has ended. */
static bool wait_for_server(const struct capture *server)
{
    double end = process_clock() + 15;
    struct pollfd wait = {.fd = server->fd, .events = POLLIN};

    while (poll(&wait, 1, 100) == 0 && process_clock() < end && !stop_wanted())
        continue;
    return (wait.revents & POLLIN) || !(wait.revents & POLLHUP);
}

/* In the first guest; it ends by itself after one test. A port that is taken is a failure: the cell's second try has
 * another one. */
static int start_server(const struct run_test *test, struct capture *server, char *reason, size_t size)
{
    char port[16], *unused = NULL;
    const char *const argv[] = {"iperf3", "-s", "-1", "-p", port, "--forceflush", NULL};

    snprintf(port, sizeof(port), "%u", test->port);
    if (guest_exec(&test->guests[0], argv, server) < 0) {
        text_format(reason, size, "cannot run vmnet-harness: %s", strerror(errno));
        return -1;
    }
    if (wait_for_server(server))
        return 0;
    capture_finish(server, 5, &unused);
    free(unused);
    text_format(reason, size, "iperf3 cannot listen on port %s of the VM", port);
    return -1;
}

static void end_server(struct capture *server, bool was_used)
{
    char *unused = NULL;

    capture_finish(server, was_used ? 5 : 0, &unused);
    free(unused);
}

/* One run of iperf3 between server and client. */
static char *run_stream(const struct run_test *test, const struct iperf_order *order, char *reason, size_t size)
{
    struct capture server;
    struct iperf_client client;

    iperf_client_build(&client, order);
    if (start_server(test, &server, reason, size) < 0)
        return NULL;
    char *output = iperf_client_run(&client, order->seconds + order->omit + 30, reason, size);
    end_server(&server, output);
    return output;
}

struct search {
    const struct run_test *test;
    struct iperf_order order;
};

static char *try_bitrate(void *context, const char *bitrate, char *reason, size_t size)
{
    struct search *search = context;

    search->order.bitrate = bitrate;
    char *output = run_stream(search->test, &search->order, reason, size);
    search->order.bitrate = "";
    return output;
}

static char *measure_stream(const struct run_test *test, cJSON **record, char *reason, size_t size)
{
    struct search search = {test, new_order(test)};
    struct iperf_client client;
    struct iperf_result result;
    cJSON *steps = NULL;
    char *output;

    /* A warm-up needs no search. */
    bool wanted = test->benchmark->search && !test->seconds && strncmp(test->test, "frames-", 7);
    struct usage before = read_usage(test);
    if (wanted)
        output = rate_search_run(try_bitrate, &search, steps = cJSON_CreateArray(), reason, size);
    else
        output = run_stream(test, &search.order, reason, size);
    struct usage after = read_usage(test);
    if (!output || iperf_parse(&result, output, strlen(output), reason, size) < 0) {
        cJSON_Delete(steps);
        free(output);
        return NULL;
    }
    iperf_client_build(&client, &search.order);
    /* What the helper has used in all runs of a search is not the price of the best one. */
    *record = wanted ? cJSON_CreateObject() : usage_record(&before, &after, result.bytes);
    add_command(*record, "command", client.argv);
    if (wanted)
        cJSON_AddItemToObject(*record, "search", steps);
    return output;
}

/* A stream beside which something else is measured: started, until it runs for half a second. */
static int start_load(const struct iperf_client *client, struct capture *load, char *reason, size_t size)
{
    double end = process_clock() + 20;

    while (!stop_wanted()) {
        if (capture_start(load, client->argv, -1) < 0) {
            text_format(reason, size, "iperf3 cannot be run here: %s", strerror(errno));
            return -1;
        }
        /* It prints its report in the end: one that has something to tell now has failed. */
        struct pollfd wait = {.fd = load->fd, .events = POLLIN};
        if (poll(&wait, 1, 500) == 0)
            return 0;
        char *output = NULL;
        capture_finish(load, 5, &output);
        bool early = output && iperf_client_came_early(output);
        free(output);
        text_copy(reason, size, "the stream beside the round trips could not be started");
        if (!early || process_clock() > end)
            return -1;
        stop_pause(0.2);
    }
    return -1;
}

static char *run_latency(const char *const *argv, double limit, char *reason, size_t size)
{
    char *output = NULL;
    int status = capture_run(argv, -1, limit, &output);

    if (status == 0 && output && *output)
        return output;
    free(output);
    text_copy(reason, size, "the VM does not answer to echo requests");
    return NULL;
}

static char *measure_latency(const struct run_test *test, cJSON **record, char *reason, size_t size)
{
    char path[4096], seconds[16];
    const char *argv[16] = {0};
    struct iperf_order order = new_order(test);
    struct iperf_client client;
    struct capture server, load;
    bool loaded = !strcmp(test->test, "latency-loaded");

    int count = host_prefix(test, argv);
    if (own_sibling("vmnet-bench", path, sizeof(path)) < 0)
        text_copy(path, sizeof(path), "vmnet-bench");
    snprintf(seconds, sizeof(seconds), "%u", order.seconds);
    const char *const tail[] = {path, "latency", "--time", seconds, test->guests[0].ip};
    memcpy(argv + count, tail, sizeof(tail));
    double limit = order.seconds + 30;
    order.seconds += 5;
    order.omit = 0;
    iperf_client_build(&client, &order);
    if (loaded && start_server(test, &server, reason, size) < 0)
        return NULL;
    if (loaded && start_load(&client, &load, reason, size) < 0) {
        end_server(&server, false);
        return NULL;
    }
    char *output = run_latency(argv, limit, reason, size), *report = NULL;
    if (loaded) {
        struct iperf_result result;
        int status = capture_finish(&load, order.seconds + 30, &report);
        end_server(&server, status == 0);
        if (output && (status < 0 || !report || iperf_parse(&result, report, strlen(report), reason, size) < 0)) {
            free(output);
            output = NULL;
        }
        free(report);
    }
    if (output) {
        *record = cJSON_CreateObject();
        add_command(*record, "command", argv);
        if (loaded)
            add_command(*record, "load", client.argv);
    }
    return output;
}

char *run_test(const struct run_test *test, cJSON **record, char *reason, size_t size)
{
    if (!strncmp(test->test, "latency-", 8))
        return measure_latency(test, record, reason, size);
    return measure_stream(test, record, reason, size);
}
