/* Keeping the rounds of a cell: iperf3's JSON as it is, and the record of the round in run.json. */
#ifndef BENCH_CELL_H
#define BENCH_CELL_H

#include "bench/results.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Remove all rounds of the test that are there, with their records. */
void cell_clear(const char *tree, const struct result_key *key);

/* Is there a good result of this round? */
bool cell_is_done(const char *tree, const struct result_key *key, unsigned round);

/* Write the round's result and its record (consumed), atomically each: the result first. setup, if
 * not NULL, replaces what run.json tells of the cell's set-up (consumed). Returns 0, or -1 (logged). */
int cell_save(const char *tree, const struct result_key *key, unsigned round, const char *text, cJSON *record,
              cJSON *setup);

/* Record that the round failed, with the reason. No result is written. */
void cell_save_failure(const char *tree, const struct result_key *key, unsigned round, const char *reason);

#endif
