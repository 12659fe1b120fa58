/* run.json: what a cell's results were measured with, and what they cost. Beside the results, so
 * that iperf3's own JSON stays as it was.
 *
 *     {"format": 1, "host": {...}, "vmnet-helper": {"version", "commit"}, "bench_command": [...],
 *      "setup": {"benchmark": "...", "vms": [{"kernel", "image", "accelerator", "command": [...], ...}]},
 *      "rounds": {"host-to-vm.json": {"status": "ok", "command": [...], "helper_cpu_seconds": 1.2, "bytes": 3}}} */
#ifndef BENCH_RUN_FILE_H
#define BENCH_RUN_FILE_H

#include <cjson/cJSON.h>

#define RUN_FILE_NAME "run.json"

/* The run.json of a folder; or a new one, with the facts of this host, if there is none or it is
 * damaged (logged). NULL when memory is out. To be freed by cJSON_Delete(). */
cJSON *run_file_load(const char *folder);

/* Write it, by a rename. Returns 0, or -1 (logged). */
int run_file_save(const char *folder, const cJSON *run);

/* Set the record of a round, in place of an older one. file is the result's name without folder;
 * record becomes the run's. */
void run_file_record(cJSON *run, const char *file, cJSON *record);

/* CPU seconds of the helper for 10^9 bytes of the round whose result is at path; -1: not told. */
double run_file_cpu_per_gigabyte(const char *path);

#endif
