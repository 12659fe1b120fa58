#include "bench/cell.h"
#include "bench/run_file.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

void cell_clear(const char *tree, const struct result_key *key)
{
    char folder[PATH_MAX], path[PATH_MAX];

    if (!results_folder(tree, key, folder, sizeof(folder)) || access(folder, F_OK) < 0)
        return;
    cJSON *run = run_file_load(folder);
    cJSON *rounds = cJSON_GetObjectItemCaseSensitive(run, "rounds");
    for (unsigned round = 1; round <= RESULTS_ROUNDS_MAX; round++)
        if (results_file(tree, key, round, path, sizeof(path))) {
            unlink(path);
            cJSON_DeleteItemFromObjectCaseSensitive(rounds, base_name(path));
        }
    /* Without a round left it tells of a machine and a build that are past. */
    if (rounds && rounds->child)
        run_file_save(folder, run);
    else if (text_format(path, sizeof(path), "%s/%s", folder, RUN_FILE_NAME))
        unlink(path);
    cJSON_Delete(run);
}

bool cell_is_done(const char *tree, const struct result_key *key, unsigned round)
{
    char path[PATH_MAX];
    struct iperf_result result;

    if (!results_file(tree, key, round, path, sizeof(path)) || access(path, F_OK) < 0)
        return false;
    return !measure_fits(MEASURE_BITRATE, key->test) || results_read_file(path, &result) == 0;
}

/* The folder of the cell, made; and its run.json with the record in it. text NULL: no result. */
static int save(const char *tree, const struct result_key *key, unsigned round, const char *text, cJSON *record,
                cJSON *setup)
{
    char folder[PATH_MAX], path[PATH_MAX];

    if (!results_folder(tree, key, folder, sizeof(folder)) || !results_file(tree, key, round, path, sizeof(path)) ||
        file_make_dirs(folder, 0755) < 0 || (text && file_write(path, 0644, text, strlen(text)) < 0)) {
        log_error("bench", "cannot write the result of %s in \"%s\": %s", key->test, tree, strerror(errno));
        cJSON_Delete(record);
        cJSON_Delete(setup);
        return -1;
    }
    cJSON *run = run_file_load(folder);
    run_file_record(run, base_name(path), record);
    if (setup) {
        cJSON_DeleteItemFromObjectCaseSensitive(run, "setup");
        cJSON_AddItemToObject(run, "setup", setup);
    }
    int result = run_file_save(folder, run);
    cJSON_Delete(run);
    return result;
}

int cell_save(const char *tree, const struct result_key *key, unsigned round, const char *text, cJSON *record,
              cJSON *setup)
{
    cJSON_AddStringToObject(record, "status", "ok");
    return save(tree, key, round, text, record, setup);
}

void cell_save_failure(const char *tree, const struct result_key *key, unsigned round, const char *reason)
{
    cJSON *record = cJSON_CreateObject();

    cJSON_AddStringToObject(record, "status", "failed");
    cJSON_AddStringToObject(record, "reason", reason);
    save(tree, key, round, NULL, record, NULL);
}
