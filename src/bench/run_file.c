#include "bench/run_file.h"
#include "bench/host_facts.h"
#include "bench/process_words.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"
#include "common/version.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUN_FILE_MAX = 16 << 20 };

static cJSON *parse(const char *path)
{
    char *text = file_read(path, RUN_FILE_MAX, NULL);
    if (!text)
        return NULL;
    cJSON *run = cJSON_ParseWithOpts(text, NULL, true);
    free(text);
    if (!cJSON_IsObject(run)) {
        log_warn("bench", "\"%s\" is damaged: it is not used", path);
        cJSON_Delete(run);
        return NULL;
    }
    return run;
}

static cJSON *new_run(void)
{
    cJSON *run = cJSON_CreateObject();

    cJSON_AddNumberToObject(run, "format", 1);
    cJSON_AddItemToObject(run, "host", host_facts());
    cJSON *build = cJSON_AddObjectToObject(run, "vmnet-helper");
    cJSON_AddStringToObject(build, "version", version_number);
    cJSON_AddStringToObject(build, "commit", version_commit);
    cJSON *words = process_words(getpid());
    if (words)
        cJSON_AddItemToObject(run, "bench_command", words);
    cJSON_AddObjectToObject(run, "rounds");
    return run;
}

cJSON *run_file_load(const char *folder)
{
    char path[PATH_MAX];
    cJSON *run = text_format(path, sizeof(path), "%s/%s", folder, RUN_FILE_NAME) ? parse(path) : NULL;

    if (!run)
        run = new_run();
    if (run && !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(run, "rounds"))) {
        cJSON_DeleteItemFromObjectCaseSensitive(run, "rounds");
        cJSON_AddObjectToObject(run, "rounds");
    }
    return run;
}

int run_file_save(const char *folder, const cJSON *run)
{
    char path[PATH_MAX];
    char *text = cJSON_Print(run);
    int result = -1;

    if (!text || !text_format(path, sizeof(path), "%s/%s", folder, RUN_FILE_NAME) ||
        (result = file_write(path, 0644, text, strlen(text))) < 0)
        log_error("bench", "cannot write \"%s/%s\": %s", folder, RUN_FILE_NAME, strerror(errno));
    cJSON_free(text);
    return result;
}

void run_file_record(cJSON *run, const char *file, cJSON *record)
{
    cJSON *rounds = cJSON_GetObjectItemCaseSensitive(run, "rounds");

    cJSON_DeleteItemFromObjectCaseSensitive(rounds, file);
    if (!cJSON_AddItemToObject(rounds, file, record))
        cJSON_Delete(record);
}

static double good_number(const cJSON *value)
{
    return cJSON_IsNumber(value) && isfinite(value->valuedouble) && value->valuedouble >= 0 ? value->valuedouble : -1;
}

double run_file_cpu_per_gigabyte(const char *path)
{
    char run_path[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;

    if (!text_format(run_path, sizeof(run_path), "%.*s%s", (int)(file - path), path, RUN_FILE_NAME))
        return -1;
    cJSON *run = parse(run_path);
    const cJSON *record =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(run, "rounds"), file);
    double seconds = good_number(cJSON_GetObjectItemCaseSensitive(record, "helper_cpu_seconds"));
    double bytes = good_number(cJSON_GetObjectItemCaseSensitive(record, "bytes"));
    cJSON_Delete(run);
    return seconds >= 0 && bytes > 0 ? seconds / (bytes / 1e9) : -1;
}
