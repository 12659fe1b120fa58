#include "bench/results.h"
#include "bench/run_file.h"
#include "common/file.h"
#include "common/log.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void results_tree(const char *out, char *tree, size_t size)
{
    struct stat status;

    if (!text_format(tree, size, "%s/bench", out) || stat(tree, &status) < 0 || !S_ISDIR(status.st_mode))
        text_copy(tree, size, out);
}

bool results_folder(const char *tree, const struct result_key *key, char *path, size_t size)
{
    if (!name_is_safe(key->network) || !name_is_safe(key->mode) || !name_is_safe(key->driver))
        return false;
    return text_format(path, size, "%s/%s/%s-%s-%u", tree, key->network, key->mode, key->driver, key->vms);
}

bool results_file(const char *tree, const struct result_key *key, unsigned round, char *path, size_t size)
{
    char folder[PATH_MAX];

    if (!name_is_safe(key->test) || !results_folder(tree, key, folder, sizeof(folder)))
        return false;
    if (round <= 1)
        return text_format(path, size, "%s/%s.json", folder, key->test);
    return text_format(path, size, "%s/%s.%u.json", folder, key->test, round);
}

/* The whole file, or NULL (logged). */
static char *read_named(const char *path, size_t *size)
{
    struct stat status;

    /* Not a pipe, which would be waited on for ever. */
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        log_warn("bench", "skipped \"%s\": is no file", path);
        return NULL;
    }
    char *text = file_read(path, IPERF_FILE_MAX, size);
    if (!text)
        log_warn("bench", "skipped \"%s\": %s", path, strerror(errno));
    return text;
}

int results_read_file(const char *path, struct iperf_result *result)
{
    char reason[200];
    size_t size;
    char *text = read_named(path, &size);

    if (!text)
        return -1;
    int status = iperf_parse(result, text, size, reason, sizeof(reason));
    if (status < 0)
        log_warn("bench", "skipped \"%s\": %s", path, reason);
    free(text);
    return status;
}

/* Our own measurements: {"bench": {"frames_per_second": 1, "round_trip_us": {"p50": 1, "p99": 2}}} */
static int read_own(const char *path, enum measure measure, double *value)
{
    size_t size;
    char *text = read_named(path, &size);

    if (!text)
        return -1;
    cJSON *root = cJSON_ParseWithOpts(text, NULL, true);
    const cJSON *bench = cJSON_GetObjectItemCaseSensitive(root, "bench"), *number = NULL;
    if (measure == MEASURE_FRAMES)
        number = cJSON_GetObjectItemCaseSensitive(bench, "frames_per_second");
    else
        number = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(bench, "round_trip_us"),
                                                  measure == MEASURE_LATENCY_P50 ? "p50" : "p99");
    bool good = cJSON_IsNumber(number) && isfinite(number->valuedouble) && number->valuedouble >= 0;
    if (good)
        *value = measure == MEASURE_FRAMES ? number->valuedouble / 1e3 : number->valuedouble;
    else
        log_warn("bench", "skipped \"%s\": has no good %s", path, measure_names[measure]);
    cJSON_Delete(root);
    free(text);
    return good ? 0 : -1;
}

/* Frames of a guest are counted by iperf3, those of the path by ourselves. */
static int read_frames(const char *path, double *value)
{
    size_t size;
    char *text = read_named(path, &size), reason[200];
    struct iperf_result result;

    if (!text)
        return -1;
    bool own = strstr(text, "\"frames_per_second\"");
    int status = own ? 0 : iperf_parse(&result, text, size, reason, sizeof(reason));
    free(text);
    if (own)
        return read_own(path, MEASURE_FRAMES, value);
    if (status == 0 && (result.packets < 0 || result.lost_packets < 0 || result.seconds <= 0)) {
        text_copy(reason, sizeof(reason), "does not tell how many frames arrived");
        status = -1;
    }
    if (status < 0)
        log_warn("bench", "skipped \"%s\": %s", path, reason);
    else
        *value = fmax(result.packets - result.lost_packets, 0) / result.seconds / 1e3;
    return status;
}

/* 0: a value; 1: the file is good, but does not tell; -1: a bad file. */
static int read_value(const char *path, enum measure measure, double *value)
{
    struct iperf_result result;

    switch (measure) {
    case MEASURE_BITRATE:
    case MEASURE_RETRANSMITS:
        if (results_read_file(path, &result) < 0)
            return -1;
        *value = measure == MEASURE_BITRATE ? result.bits_per_second / 1e9 : result.retransmits;
        return *value < 0;
    case MEASURE_CPU:
        *value = run_file_cpu_per_gigabyte(path);
        return *value < 0;
    case MEASURE_FRAMES:
        return read_frames(path, value);
    default:
        return read_own(path, measure, value);
    }
}

/* The round of a result file's name, with the length of the test's name; 0 if it is none.
 * "vm-to-vm.json" is round 1 of "vm-to-vm", "vm-to-vm.2.json" its round 2. */
static unsigned parse_file_name(const char *name, size_t *test_length)
{
    size_t length = strlen(name);
    unsigned long round = 1;
    char digits[8];

    if (length <= 5 || length >= NAME_SIZE || strcmp(name + length - 5, ".json") || !strcmp(name, RUN_FILE_NAME))
        return 0;
    length -= 5;
    *test_length = length;
    size_t dot = length;
    while (dot > 0 && name[dot - 1] >= '0' && name[dot - 1] <= '9')
        dot--;
    if (dot > 1 && dot < length && name[dot - 1] == '.' && length - dot < sizeof(digits)) {
        memcpy(digits, name + dot, length - dot);
        digits[length - dot] = '\0';
        if (text_parse_number(digits, 2, RESULTS_ROUNDS_MAX, &round) < 0)
            return 0;
        *test_length = dot - 1;
    }
    return name[0] == '.' ? 0 : (unsigned)round;
}

static int compare_rounds(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;

    return (left > right) - (left < right);
}

/* The rounds of the test that have a file, in order. */
static int list_rounds(const char *folder, const char *test, unsigned *rounds)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int count = 0;

    if (!dir)
        return 0;
    while ((entry = readdir(dir)) && count < RESULTS_ROUNDS_MAX) {
        size_t length;
        unsigned round = parse_file_name(entry->d_name, &length);
        if (round && strlen(test) == length && !strncmp(entry->d_name, test, length))
            rounds[count++] = round;
    }
    closedir(dir);
    qsort(rounds, (size_t)count, sizeof(*rounds), compare_rounds);
    return count;
}

int results_values(const char *tree, const struct result_key *key, enum measure measure, double *values, int *bad)
{
    char folder[PATH_MAX], path[PATH_MAX];
    unsigned rounds[RESULTS_ROUNDS_MAX];
    int used = 0;

    if (!results_folder(tree, key, folder, sizeof(folder)))
        return 0;
    int count = list_rounds(folder, key->test, rounds);
    for (int i = 0; i < count; i++) {
        if (!results_file(tree, key, rounds[i], path, sizeof(path)))
            continue;
        int status = read_value(path, measure, &values[used]);
        used += status == 0;
        *bad += status < 0;
    }
    return used;
}

struct list {
    struct result_key *keys;
    int count, room;
};

static int append(struct list *list, const struct result_key *key)
{
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 64;
        struct result_key *larger = realloc(list->keys, (size_t)room * sizeof(*larger));
        if (!larger)
            return -1;
        list->keys = larger;
        list->room = room;
    }
    list->keys[list->count++] = *key;
    return 0;
}

/* "<mode>-<driver>-<vms>" into key. */
static bool parse_folder_name(const char *name, struct result_key *key)
{
    const char *first = strchr(name, '-'), *last = strrchr(name, '-');
    unsigned long vms;

    if (!name_is_safe(name) || !first || last - first < 2 || first == name ||
        text_parse_number(last + 1, 1, 10000, &vms) < 0)
        return false;
    text_format(key->mode, sizeof(key->mode), "%.*s", (int)(first - name), name);
    text_format(key->driver, sizeof(key->driver), "%.*s", (int)(last - first - 1), first + 1);
    key->vms = (unsigned)vms;
    return name_is_safe(key->driver);
}

static int list_cell(struct list *list, const char *folder, struct result_key *key)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int result = 0, first = list->count;

    if (!dir)
        return 0;
    while (result == 0 && (entry = readdir(dir))) {
        size_t length;
        if (!parse_file_name(entry->d_name, &length))
            continue;
        text_format(key->test, sizeof(key->test), "%.*s", (int)length, entry->d_name);
        int i = first;
        while (i < list->count && strcmp(list->keys[i].test, key->test))
            i++;
        if (i == list->count && name_is_safe(key->test))
            result = append(list, key);
    }
    closedir(dir);
    return result;
}

static int list_network(struct list *list, const char *tree, const char *network)
{
    char folder[PATH_MAX], cell[PATH_MAX];
    struct dirent *entry;
    int result = 0;

    if (!text_format(folder, sizeof(folder), "%s/%s", tree, network))
        return 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    while (result == 0 && (entry = readdir(dir))) {
        struct result_key key = {0};
        text_copy(key.network, sizeof(key.network), network);
        if (parse_folder_name(entry->d_name, &key) &&
            text_format(cell, sizeof(cell), "%s/%s", folder, entry->d_name))
            result = list_cell(list, cell, &key);
    }
    closedir(dir);
    return result;
}

static int compare_keys(const void *a, const void *b)
{
    const struct result_key *left = a, *right = b;
    int order = strcmp(left->network, right->network);

    if (!order)
        order = strcmp(left->mode, right->mode);
    if (!order)
        order = strcmp(left->driver, right->driver);
    if (!order)
        order = (left->vms > right->vms) - (left->vms < right->vms);
    return order ? order : strcmp(left->test, right->test);
}

int results_list(const char *tree, struct result_key **keys)
{
    struct list list = {0};
    struct dirent *entry;
    int result = 0;
    DIR *dir = opendir(tree);

    if (!dir) {
        log_error("bench", "cannot read the results in \"%s\": %s", tree, strerror(errno));
        return -1;
    }
    while (result == 0 && (entry = readdir(dir)))
        if (name_is_safe(entry->d_name))
            result = list_network(&list, tree, entry->d_name);
    closedir(dir);
    if (result < 0) {
        log_error("bench", "out of memory");
        free(list.keys);
        return -1;
    }
    if (list.count)
        qsort(list.keys, (size_t)list.count, sizeof(*list.keys), compare_keys);
    *keys = list.keys;
    return list.count;
}
