#include "bench/iperf_client.h"
#include "bench/capture.h"
#include "bench/iperf.h"
#include "bench/stop.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void iperf_order_set(struct iperf_order *order, const struct benchmark *benchmark)
{
    order->seconds = benchmark->time;
    order->omit = benchmark->omit;
    order->length = benchmark->length;
    order->parallel = benchmark->parallel;
    order->udp = benchmark->udp;
    order->bitrate = benchmark->search ? "" : benchmark->bitrate;
    order->bidir = benchmark->bidir;
}

void iperf_order_set_frames(struct iperf_order *order)
{
    order->udp = true;
    order->length = "18";
    order->bitrate = "0";
    order->bidir = false;
    order->parallel = 1;
}

static void add(struct iperf_client *client, int *count, const char *word, const char *value)
{
    client->argv[(*count)++] = word;
    if (value)
        client->argv[(*count)++] = value;
}

void iperf_client_build(struct iperf_client *client, const struct iperf_order *order)
{
    int count = 0;

    memset(client, 0, sizeof(*client));
    snprintf(client->port, sizeof(client->port), "%u", order->port);
    snprintf(client->seconds, sizeof(client->seconds), "%u", order->seconds);
    snprintf(client->omit, sizeof(client->omit), "%u", order->omit);
    snprintf(client->parallel, sizeof(client->parallel), "%u", order->parallel);
    for (int i = 0; i < IPERF_PREFIX_MAX && order->prefix[i]; i++)
        add(client, &count, order->prefix[i], NULL);
    add(client, &count, "iperf3", NULL);
    add(client, &count, "-c", order->address);
    if (order->port)
        add(client, &count, "-p", client->port);
    add(client, &count, "--time", client->seconds);
    add(client, &count, "--json", NULL);
    if (order->omit)
        add(client, &count, "--omit", client->omit);
    if (order->length && *order->length)
        add(client, &count, "--length", order->length);
    if (order->parallel > 1)
        add(client, &count, "--parallel", client->parallel);
    if (order->udp)
        add(client, &count, "--udp", NULL);
    if (order->bitrate && *order->bitrate)
        add(client, &count, "--bitrate", order->bitrate);
    if (order->bidir)
        add(client, &count, "--bidir", NULL);
    else if (order->reverse)
        add(client, &count, "--reverse", NULL);
    if (order->flush)
        add(client, &count, "--forceflush", NULL);
}

bool iperf_client_came_early(const char *output)
{
    return strstr(output, "unable to connect") || strstr(output, "server is busy");
}

char *iperf_client_run(const struct iperf_client *client, double limit, char *reason, size_t size)
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
        bool again = output && iperf_client_came_early(output) && process_clock() < end;
        free(output);
        output = NULL;
        if (!again)
            break;
        stop_pause(0.2);
    }
    return NULL;
}
