#include "bench/rate_search.h"
#include "bench/iperf.h"
#include "bench/stop.h"
#include "common/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double first = 1e9, least = 1e5, most = 1e12, close_enough = 1.03, sends_as_asked = 0.9;

void rate_search_start(struct rate_search *search)
{
    *search = (struct rate_search){.next = first};
}

void rate_search_tell(struct rate_search *search, double sent, double lost)
{
    bool slow = sent < search->next * sends_as_asked;

    search->runs++;
    if (lost > 0) {
        /* A slow sender has lost at what it sent, not at what was asked of it. */
        search->lossy = slow && sent > search->clean ? sent : search->next;
        search->next = search->clean > 0 ? sqrt(search->clean * search->lossy) : search->lossy / 4;
    } else {
        search->clean = slow ? sent : search->next;
        search->done = slow;
        search->next = search->lossy > 0 ? sqrt(search->clean * search->lossy) : search->clean * 2;
    }
    if (search->runs == RATE_SEARCH_RUNS || search->next < least || search->next > most ||
        (search->clean > 0 && search->lossy > 0 && search->lossy < search->clean * close_enough))
        search->done = true;
}

static void add_step(cJSON *steps, const char *bitrate, const struct iperf_result *result)
{
    cJSON *step = cJSON_CreateObject();

    cJSON_AddStringToObject(step, "bitrate", bitrate);
    cJSON_AddNumberToObject(step, "received", result->bits_per_second);
    cJSON_AddNumberToObject(step, "lost", result->lost_packets);
    cJSON_AddItemToArray(steps, step);
}

char *rate_search_run(char *(*measure)(void *context, const char *bitrate, char *reason, size_t size), void *context,
                      cJSON *steps, char *reason, size_t size)
{
    struct rate_search search;
    struct iperf_result result;
    char bitrate[32], *best = NULL;

    for (rate_search_start(&search); !search.done && !stop_wanted();) {
        snprintf(bitrate, sizeof(bitrate), "%.0f", search.next);
        char *report = measure(context, bitrate, reason, size);
        if (!report || iperf_parse(&result, report, strlen(report), reason, size) < 0) {
            free(report);
            free(best);
            return NULL;
        }
        if (result.lost_packets < 0) {
            text_copy(reason, size, "iperf3 does not tell how many datagrams were lost");
            free(report);
            free(best);
            return NULL;
        }
        add_step(steps, bitrate, &result);
        rate_search_tell(&search, result.sent_bits_per_second, result.lost_packets);
        char **unused = result.lost_packets > 0 ? &report : &best;
        free(*unused);
        *unused = NULL;
        if (report)
            best = report;
    }
    if (!best)
        text_format(reason, size, "datagrams are lost at every rate down to %.0f bit/s", search.lossy);
    return best;
}
