#include "harness/image_list.h"
#include "harness/architecture.h"
#include "harness/catalogue.h"
#include "harness/describe.h"
#include "harness/image.h"
#include "harness/image_fetch.h"
#include "harness/image_use.h"
#include "harness/message.h"
#include "harness/meter.h"
#include "harness/recipe.h"
#include "common/file.h"
#include "common/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One line of the table. */
struct line {
    const char *name, *kind, *arch, *url;
    bool built;      /* in the cache */
    double bytes;    /* on disk */
    double part;     /* of a download that is not complete */
    char sha256[CHECKSUM_SIZE];
    char description[256];
};

static void show(const struct line *line, cJSON *array)
{
    char amount[32] = "-";

    if (array) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", line->name);
        cJSON_AddStringToObject(item, "kind", line->kind);
        cJSON_AddStringToObject(item, "arch", line->arch);
        cJSON_AddBoolToObject(item, "built", line->built);
        cJSON_AddNumberToObject(item, "bytes", line->bytes);
        cJSON_AddNumberToObject(item, "incomplete_bytes", line->part);
        if (line->url)
            cJSON_AddStringToObject(item, "url", line->url);
        if (*line->sha256)
            cJSON_AddStringToObject(item, "sha256", line->sha256);
        cJSON_AddStringToObject(item, "description", line->description);
        cJSON_AddItemToArray(array, item);
        return;
    }
    const char *state = line->url ? line->built ? "pulled" : line->part > 0 ? "incomplete" : "not pulled"
                                  : line->built ? "built" : "not built";
    if (line->built || line->part > 0)
        meter_amount(line->built ? line->bytes : line->part, amount);
    printf("%-12s %-10s %-10s %s\n", line->name, state, amount, line->description);
}

/* The first line of the file "description". */
static void read_description(const char *dir, char *text, size_t size)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/description", dir);
    char *content = file_read(path, 65536, NULL);
    text_format(text, size, "%.*s", content ? (int)strcspn(content, "\n") : 0, content ? content : "");
    free(content);
}

static int list_recipes(const struct store *store, cJSON *array)
{
    int count = 0;
    char **names = recipe_names(&count), dir[PATH_MAX];

    if (!names)
        return -1;
    for (int i = 0; i < count; i++) {
        struct line line = {.name = names[i], .kind = "recipe", .arch = architecture_host()};
        line.built = image_is_built(store, names[i], dir);
        if (line.built) {
            line.bytes = image_size(dir);
            read_description(dir, line.description, sizeof(line.description));
        }
        show(&line, array);
        free(names[i]);
    }
    free(names);
    return 0;
}

static cJSON *read_json(const char *dir)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/image.json", dir);
    char *text = file_read(path, 65536, NULL);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    free(text);
    return json;
}

static const char *member(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

    return cJSON_IsString(item) ? item->valuestring : "";
}

static void measure(const struct store *store, struct line *line)
{
    char dir[PATH_MAX], part[PATH_MAX], key[URL_KEY_SIZE];
    struct stat status;

    image_fetch_dir(store, line->url, dir);
    line->built = access(dir, F_OK) == 0;
    line->bytes = line->built ? image_size(dir) : 0;
    text_format(part, sizeof(part), "%s/.%s.part", store->images, url_key(line->url, key));
    if (stat(part, &status) == 0)
        line->part = (double)status.st_size;
    cJSON *json = line->built ? read_json(dir) : NULL;
    text_copy(line->sha256, sizeof(line->sha256), member(json, "sha256"));
    cJSON_Delete(json);
}

static void list_catalogue(const struct store *store, const struct catalogue *catalogue, cJSON *array)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct catalogue_entry *entry = &catalogue->entries[i];
        struct line line = {.name = entry->name, .kind = "catalogue", .arch = entry->arch, .url = entry->url};
        measure(store, &line);
        if (!line.built && line.part <= 0 && !architecture_is_host(entry->arch))
            continue;
        text_format(line.description, sizeof(line.description), "%s%s%s for %s", entry->name, *entry->version ? " " : "",
                    entry->version, entry->arch);
        show(&line, array);
    }
}

static int is_download(const struct dirent *entry)
{
    return strlen(entry->d_name) == URL_KEY_SIZE - 1 &&
           strspn(entry->d_name, "0123456789abcdef") == URL_KEY_SIZE - 1;
}

/* What was pulled by a URL that the catalogue has not. */
static void list_others(const struct store *store, const struct catalogue *catalogue, cJSON *array)
{
    struct dirent **entries;
    int count = scandir(store->images, &entries, is_download, alphasort);

    for (int i = 0; i < count; i++) {
        char dir[PATH_MAX];
        text_format(dir, sizeof(dir), "%s/%s", store->images, entries[i]->d_name);
        free(entries[i]);
        cJSON *json = read_json(dir);
        char *url = strdup(member(json, "url"));
        struct line line = {.name = "-", .kind = "url", .arch = member(json, "arch"), .url = url};
        if (url && *url && !catalogue_find_url(catalogue, url)) {
            measure(store, &line);
            text_format(line.description, sizeof(line.description), "%.250s", url);
            show(&line, array);
        }
        free(url);
        cJSON_Delete(json);
    }
    if (count >= 0)
        free(entries);
}

int image_list(const struct store *store, bool json)
{
    struct catalogue catalogue;
    cJSON *array = json ? cJSON_CreateArray() : NULL;

    int result = catalogue_load(&catalogue, store);
    if (result == 0 && !array)
        printf("%-12s %-10s %-10s %s\n", "NAME", "STATE", "SIZE", "DESCRIPTION");
    if (result == 0)
        result = list_recipes(store, array);
    if (result == 0) {
        list_catalogue(store, &catalogue, array);
        list_others(store, &catalogue, array);
    }
    catalogue_free(&catalogue);
    if (result == 0 && array)
        return describe_print(array);
    cJSON_Delete(array);
    return result;
}
