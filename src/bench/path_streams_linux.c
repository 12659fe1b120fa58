#include "bench/path_streams.h"
#include "bench/capture.h"
#include "bench/iperf.h"
#include "bench/iperf_client.h"
#include "bench/path_namespace.h"
#include "bench/rate_search.h"
#include "bench/stop.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One pair of server and client. */
struct stream {
    int server_namespace, client_namespace;
    const char *address;
    struct capture server, client;
};

struct streams {
    const struct path_cable *cable;
    struct iperf_order order;
    struct stream streams[MATRIX_NAMESPACES_MAX];
    int count;
};

static void select_streams(struct streams *streams, const struct path_cable *cable, const char *test)
{
    bool between = !strcmp(test, "vm-to-vm");

    for (unsigned i = 0; i < cable->vm_count; i += between ? 2 : 1) {
        struct stream *stream = &streams->streams[streams->count];
        *stream = (struct stream){cable->vms[i].namespace, cable->host, cable->vms[i].address,
                                  {.pid = -1, .fd = -1}, {.pid = -1, .fd = -1}};
        if (between && i + 1 == cable->vm_count)
            break;
        if (between) {
            stream->server_namespace = cable->vms[i + 1].namespace;
            stream->client_namespace = cable->vms[i].namespace;
            stream->address = cable->vms[i + 1].vm_address;
        }
        streams->count++;
    }
}

/* In the namespace, until it listens. */
static int start_server(struct capture *server, int namespace, char *reason, size_t size)
{
    const char *const argv[] = {"iperf3", "-s", "-1", "--forceflush", NULL};
    double end = process_clock() + 15;

    if (path_namespace_enter(namespace) < 0 || capture_start(server, argv, -1) < 0) {
        text_format(reason, size, "cannot run iperf3: %s: install it", strerror(errno));
        return -1;
    }
    struct pollfd wait = {.fd = server->fd, .events = POLLIN};
    while (poll(&wait, 1, 100) == 0 && process_clock() < end && !stop_wanted())
        continue;
    return 0;
}

static void end_capture(struct capture *capture, double limit)
{
    char *unused = NULL;

    if (capture->pid > 0)
        capture_finish(capture, limit, &unused);
    free(unused);
    capture->pid = -1;
}

static int start_servers(struct streams *streams, char *reason, size_t size)
{
    for (int i = 0; i < streams->count; i++)
        if (start_server(&streams->streams[i].server, streams->streams[i].server_namespace, reason, size) < 0)
            return -1;
    return 0;
}

static char *run_one(struct streams *streams, char *reason, size_t size)
{
    struct iperf_client client;

    streams->order.address = streams->streams[0].address;
    iperf_client_build(&client, &streams->order);
    if (path_namespace_enter(streams->streams[0].client_namespace) < 0)
        return NULL;
    return iperf_client_run(&client, streams->order.seconds + streams->order.omit + 20, reason, size);
}

static double add_up(double sum, double value)
{
    return sum < 0 || value < 0 ? -1 : sum + value;
}

static void add_number(cJSON *object, const char *name, double value)
{
    if (value >= 0)
        cJSON_AddNumberToObject(object, name, value);
}

/* The reports (consumed) and their sum. */
static char *sum_report(char *const *reports, int count, char *reason, size_t size)
{
    struct iperf_result sum = {0}, one = {0};
    cJSON *root = cJSON_CreateObject(), *start = cJSON_AddObjectToObject(root, "start");
    cJSON *end = cJSON_AddObjectToObject(root, "end"), *bench = cJSON_AddObjectToObject(root, "bench");
    cJSON *list = cJSON_AddArrayToObject(bench, "streams");

    for (int i = 0; i < count; i++) {
        if (iperf_parse(&one, reports[i], strlen(reports[i]), reason, size) < 0) {
            cJSON_Delete(root);
            return NULL;
        }
        sum.bits_per_second += one.bits_per_second;
        sum.bytes += one.bytes;
        sum.seconds = one.seconds > sum.seconds ? one.seconds : sum.seconds;
        sum.sent_bits_per_second = add_up(sum.sent_bits_per_second, one.sent_bits_per_second);
        sum.retransmits = add_up(sum.retransmits, one.retransmits);
        sum.packets = add_up(sum.packets, one.packets);
        sum.lost_packets = add_up(sum.lost_packets, one.lost_packets);
        cJSON_AddItemToArray(list, cJSON_Parse(reports[i]));
    }
    cJSON_AddStringToObject(start, "version", one.version);
    cJSON *sent = cJSON_AddObjectToObject(end, "sum_sent"), *received = cJSON_AddObjectToObject(end, "sum_received");
    add_number(sent, "bits_per_second", sum.sent_bits_per_second);
    add_number(sent, "retransmits", sum.retransmits);
    add_number(received, "bits_per_second", sum.bits_per_second);
    add_number(received, "bytes", sum.bytes);
    add_number(received, "seconds", sum.seconds);
    add_number(received, "packets", sum.packets);
    add_number(received, "lost_packets", sum.lost_packets);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

/* All clients at once. Their servers listen, so none comes too early. */
static char *run_all(struct streams *streams, char *reason, size_t size)
{
    char *reports[MATRIX_NAMESPACES_MAX] = {0}, *sum = NULL;
    double limit = streams->order.seconds + streams->order.omit + 20;
    bool good = true;

    for (int i = 0; i < streams->count && good; i++) {
        struct stream *stream = &streams->streams[i];
        struct iperf_client client;
        streams->order.address = stream->address;
        iperf_client_build(&client, &streams->order);
        good = path_namespace_enter(stream->client_namespace) == 0 &&
               capture_start(&stream->client, client.argv, -1) == 0;
    }
    if (!good)
        text_copy(reason, size, "cannot run iperf3");
    for (int i = 0; i < streams->count; i++) {
        if (streams->streams[i].client.pid <= 0)
            continue;
        if (capture_finish(&streams->streams[i].client, good ? limit : 0, &reports[i]) < 0) {
            text_format(reason, size, "iperf3 did not end: %s", strerror(errno));
            good = false;
        }
    }
    if (good)
        sum = sum_report(reports, streams->count, reason, size);
    for (int i = 0; i < streams->count; i++)
        free(reports[i]);
    return sum;
}

static char *run_once(void *context, const char *bitrate, char *reason, size_t size)
{
    struct streams *streams = context;
    char *output = NULL;

    if (bitrate)
        streams->order.bitrate = bitrate;
    if (start_servers(streams, reason, size) == 0)
        output = streams->count == 1 ? run_one(streams, reason, size) : run_all(streams, reason, size);
    for (int i = 0; i < streams->count; i++)
        end_capture(&streams->streams[i].server, output ? 5 : 0);
    if (bitrate)
        streams->order.bitrate = "";
    return output;
}

static void add_command(cJSON *record, const struct iperf_order *order)
{
    struct iperf_client client;
    cJSON *command = cJSON_AddArrayToObject(record, "command");

    iperf_client_build(&client, order);
    for (int i = 0; client.argv[i]; i++)
        cJSON_AddItemToArray(command, cJSON_CreateString(client.argv[i]));
}

char *path_streams_measure(const struct path_cable *cable, const struct benchmark *benchmark, const char *test,
                           cJSON **record, char *reason, size_t size)
{
    struct streams streams = {.cable = cable, .order = {.address = ""}};
    struct iperf_result result;
    cJSON *steps = NULL;
    char *output;

    iperf_order_set(&streams.order, benchmark);
    streams.order.reverse = !strcmp(test, "vm-to-host");
    select_streams(&streams, cable, test);
    struct usage before = path_cable_usage(cable);
    if (benchmark->search)
        output = rate_search_run(run_once, &streams, steps = cJSON_CreateArray(), reason, size);
    else
        output = run_once(&streams, NULL, reason, size);
    struct usage after = path_cable_usage(cable);
    if (!output || iperf_parse(&result, output, strlen(output), reason, size) < 0) {
        cJSON_Delete(steps);
        free(output);
        return NULL;
    }
    /* What the carrier has used in all runs of a search is not the price of the best one. */
    *record = steps ? cJSON_CreateObject() : usage_record(&before, &after, result.bytes);
    add_command(*record, &streams.order);
    if (steps)
        cJSON_AddItemToObject(*record, "search", steps);
    return output;
}

int path_load_start(struct path_load *load, const struct path_cable *cable, unsigned seconds, char *reason,
                    size_t size)
{
    struct iperf_order order = {.address = cable->vms[0].address, .seconds = seconds};
    struct iperf_client client;

    load->server = load->client = (struct capture){.pid = -1, .fd = -1};
    iperf_client_build(&client, &order);
    if (start_server(&load->server, cable->vms[0].namespace, reason, size) < 0)
        return -1;
    if (path_namespace_enter(cable->host) < 0 || capture_start(&load->client, client.argv, -1) < 0) {
        text_copy(reason, size, "cannot run iperf3");
        end_capture(&load->server, 0);
        return -1;
    }
    stop_pause(0.5);
    return 0;
}

int path_load_finish(struct path_load *load, double limit, char *reason, size_t size)
{
    struct iperf_result result;
    char *output = NULL;
    int status = capture_finish(&load->client, limit, &output);

    if (status < 0)
        text_format(reason, size, "iperf3 did not end: %s", strerror(errno));
    else if (!output || iperf_parse(&result, output, strlen(output), reason, size) < 0)
        status = -1;
    free(output);
    end_capture(&load->server, status < 0 ? 0 : 5);
    return status < 0 ? -1 : 0;
}
