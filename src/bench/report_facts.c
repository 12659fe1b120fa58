#include "bench/report_facts.h"
#include "bench/name.h"
#include "bench/run_file.h"
#include "common/text.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsString(value) ? value->valuestring : "";
}

static void add_once(cJSON *list, const char *text)
{
    const cJSON *item;

    if (!*text)
        return;
    cJSON_ArrayForEach(item, list) {
        if (!strcmp(item->valuestring, text))
            return;
    }
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

/* A word as a shell would have it. */
static void add_word(FILE *out, const char *word)
{
    bool plain = *word;

    for (const char *c = word; *c; c++)
        plain &= isalnum((unsigned char)*c) || strchr("-_./:,=+@%", *c);
    if (plain) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            fputs("'\\''", out);
        else
            fputc(*c, out);
    fputc('\'', out);
}

/* An array of words as one line, to be freed; NULL if it is none. */
static char *command_line(const cJSON *words)
{
    char *text = NULL;
    size_t size;
    const cJSON *word;
    FILE *out = cJSON_GetArraySize(words) > 0 ? open_memstream(&text, &size) : NULL;

    if (!out)
        return NULL;
    cJSON_ArrayForEach(word, words) {
        if (word != words->child)
            fputc(' ', out);
        add_word(out, cJSON_IsString(word) ? word->valuestring : "");
    }
    fclose(out);
    return text;
}

static void add_command(cJSON *commands, const char *name, const cJSON *words)
{
    char *line = cJSON_HasObjectItem(commands, name) ? NULL : command_line(words);

    if (line)
        cJSON_AddStringToObject(commands, name, line);
    free(line);
}

static void add_host(struct report_facts *facts, cJSON *host)
{
    const char *time = text_of(host, "time");
    const cJSON *known;

    if (*time && (!*facts->first || strcmp(time, facts->first) < 0))
        text_copy(facts->first, sizeof(facts->first), time);
    cJSON_DeleteItemFromObjectCaseSensitive(host, "time");
    bool is_new = cJSON_IsObject(host);
    cJSON_ArrayForEach(known, facts->hosts) {
        is_new &= !cJSON_Compare(known, host, true);
    }
    if (is_new)
        cJSON_AddItemToArray(facts->hosts, host);
    else
        cJSON_Delete(host);
}

static void add_guests(struct report_facts *facts, const cJSON *vms, const char *driver)
{
    const cJSON *vm;
    char text[600], name[NAME_SIZE + 32];

    cJSON_ArrayForEach(vm, vms) {
        const char *image = text_of(vm, "image"), *kernel = text_of(vm, "kernel"), *by = text_of(vm, "accelerator");
        if (*kernel && text_format(text, sizeof(text), "%s, kernel %s%s%s", *image ? image : "?", kernel,
                                   *by ? ", run by " : "", by))
            add_once(facts->guests, text);
        if (text_format(name, sizeof(name), "helper of %s", driver))
            add_command(facts->commands, name, cJSON_GetObjectItemCaseSensitive(vm, "helper_command"));
        if (text_format(name, sizeof(name), "VM of %s", driver))
            add_command(facts->commands, name, cJSON_GetObjectItemCaseSensitive(vm, "command"));
    }
}

static void add_rounds(struct report_facts *facts, const cJSON *rounds, const char *cell)
{
    const cJSON *round;
    char text[1024];

    cJSON_ArrayForEach(round, rounds) {
        char test[NAME_SIZE];
        text_format(test, sizeof(test), "%.*s", (int)strcspn(round->string, "."), round->string);
        if (!strcmp(text_of(round, "status"), "failed") &&
            text_format(text, sizeof(text), "%s/%s: %s", cell, round->string, text_of(round, "reason")))
            add_once(facts->failures, text);
        add_command(facts->commands, test, cJSON_GetObjectItemCaseSensitive(round, "command"));
    }
}

static void add_run(struct report_facts *facts, const char *tree, const char *network, const char *folder)
{
    char path[PATH_MAX], cell[2 * NAME_SIZE + 2], text[300];

    if (!text_format(cell, sizeof(cell), "%s/%s", network, folder) ||
        !text_format(path, sizeof(path), "%s/%s/" RUN_FILE_NAME, tree, cell) || access(path, R_OK) < 0)
        return;
    *strrchr(path, '/') = '\0';
    cJSON *run = run_file_load(path);
    const cJSON *build = cJSON_GetObjectItemCaseSensitive(run, "vmnet-helper");
    const cJSON *setup = cJSON_GetObjectItemCaseSensitive(run, "setup");
    const char *driver = strchr(folder, '-') ? strchr(folder, '-') + 1 : folder;
    snprintf(text, sizeof(text), "%s, commit %s", text_of(build, "version"), text_of(build, "commit"));
    if (*text_of(build, "version"))
        add_once(facts->builds, text);
    char *call = command_line(cJSON_GetObjectItemCaseSensitive(run, "bench_command"));
    add_once(facts->benches, call ? call : "");
    free(call);
    add_once(facts->benchmarks, text_of(setup, "benchmark"));
    snprintf(text, sizeof(text), "%.*s", (int)(strrchr(driver, '-') ? strrchr(driver, '-') - driver : 0), driver);
    add_guests(facts, cJSON_GetObjectItemCaseSensitive(setup, "vms"), text);
    add_rounds(facts, cJSON_GetObjectItemCaseSensitive(run, "rounds"), cell);
    add_host(facts, cJSON_DetachItemFromObjectCaseSensitive(run, "host"));
    cJSON_Delete(run);
}

static int is_safe(const struct dirent *entry)
{
    return name_is_safe(entry->d_name);
}

/* What a folder has, by name. */
static int list(const char *folder, struct dirent ***entries)
{
    *entries = NULL;
    int count = scandir(folder, entries, is_safe, alphasort);

    return count < 0 ? 0 : count;
}

void report_facts_collect(struct report_facts *facts, const char *tree)
{
    struct dirent **networks, **folders;
    char path[PATH_MAX];

    *facts = (struct report_facts){
        .hosts = cJSON_CreateArray(), .builds = cJSON_CreateArray(), .guests = cJSON_CreateArray(),
        .failures = cJSON_CreateArray(), .commands = cJSON_CreateObject(), .benches = cJSON_CreateArray(),
        .benchmarks = cJSON_CreateArray()};
    int network_count = list(tree, &networks);
    for (int n = 0; n < network_count; n++) {
        int count = text_format(path, sizeof(path), "%s/%s", tree, networks[n]->d_name) ? list(path, &folders) : 0;
        for (int f = 0; f < count; f++) {
            add_run(facts, tree, networks[n]->d_name, folders[f]->d_name);
            free(folders[f]);
        }
        if (count)
            free(folders);
        free(networks[n]);
    }
    free(networks);
}

void report_facts_free(struct report_facts *facts)
{
    cJSON_Delete(facts->hosts);
    cJSON_Delete(facts->builds);
    cJSON_Delete(facts->guests);
    cJSON_Delete(facts->failures);
    cJSON_Delete(facts->commands);
    cJSON_Delete(facts->benches);
    cJSON_Delete(facts->benchmarks);
}
