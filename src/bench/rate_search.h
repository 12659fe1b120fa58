/* The highest rate at which nothing is lost: what RFC 2544, 26.1, calls throughput.
 *
 * A rate is offered; if all of it arrives the next one is twice as high, until one loses datagrams. Then the
 * middle (of the logarithms) between the highest clean and the lowest lossy rate is tried, until they are within
 * 3 % or RATE_SEARCH_RUNS have been used. A sender that cannot send what is asked ends the search: more than it
 * sends cannot be known. */
#ifndef BENCH_RATE_SEARCH_H
#define BENCH_RATE_SEARCH_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { RATE_SEARCH_RUNS = 16 };

struct rate_search {
    double clean, lossy; /* bits per second: the highest without loss, the lowest with loss; 0: none yet */
    double next;         /* to be tried */
    int runs;
    bool done;
};

void rate_search_start(struct rate_search *search);

/* What came of search->next: sent bits per second, and how many datagrams were lost. */
void rate_search_tell(struct rate_search *search, double sent, double lost);

/* Run the whole search. measure() runs iperf3 with the bitrate and returns its report, NULL with the reason.
 * Returns the report of the highest clean rate (to be freed); or NULL, with the reason. Each try is added to steps:
 * {"bitrate", "received", "lost"}. */
char *rate_search_run(char *(*measure)(void *context, const char *bitrate, char *reason, size_t size), void *context,
                      cJSON *steps, char *reason, size_t size);

#endif
