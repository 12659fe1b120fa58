#include "harness/image_source.h"
#include "harness/architecture.h"
#include "harness/message.h"
#include "harness/recipe.h"
#include "common/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALL = 30, NAMES_MAX = 200 };

#define MAX_BYTES (64ULL << 30)

static int unknown(const struct catalogue *catalogue, const char *name)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    char all[1024] = "";
    int recipes = 0, count = 0;
    char **list = recipe_names(&recipes);

    if (!list)
        return -1;
    for (int i = 0; i < recipes && count < NAMES_MAX; i++)
        names[count++] = list[i];
    for (size_t i = 0; i < catalogue->count && count < NAMES_MAX; i++) {
        const char *one = catalogue->entries[i].name;
        bool is_new = true;
        for (int j = 0; j < count; j++)
            is_new = is_new && strcmp(names[j], one) != 0;
        if (is_new)
            names[count++] = one;
    }
    for (int i = 0; i < count; i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = text_nearest(name, names);
    message_error("unknown image \"%s\"%s%s%s; there are: %s; a file needs a / in its path", name,
                  nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "", all);
    for (int i = 0; i < recipes; i++)
        free(list[i]);
    free(list);
    return -1;
}

static int find_entry(struct image_source *source, const struct catalogue *catalogue,
                      const struct image_request *request)
{
    const char *arch = request->arch ? request->arch : architecture_host();
    const struct catalogue_entry *entry;
    char reason[URL_REASON_SIZE];

    if (url_is(request->name)) {
        if (url_check(request->name, reason) < 0)
            return message_error("image %s", reason);
        entry = catalogue_find_url(catalogue, request->name);
        if (!entry) {
            text_copy(source->entry.url, sizeof(source->entry.url), request->name);
            text_copy(source->entry.name, sizeof(source->entry.name), "vm");
            text_copy(source->entry.user, sizeof(source->entry.user), "vm");
            text_copy(source->entry.boot, sizeof(source->entry.boot), "disk");
            text_copy(source->entry.arch, sizeof(source->entry.arch), arch);
            return 0;
        }
    } else {
        entry = catalogue_find(catalogue, request->name, arch);
        if (!entry) {
            for (size_t i = 0; i < catalogue->count; i++)
                if (strcmp(catalogue->entries[i].name, request->name) == 0)
                    return message_error("the catalogue has image \"%s\" for %s only, not for %s", request->name,
                                         catalogue->entries[i].arch, arch);
            return unknown(catalogue, request->name);
        }
    }
    source->entry = *entry;
    return 0;
}

int image_source_find(struct image_source *source, const struct store *store, const struct image_request *request)
{
    struct catalogue catalogue;

    *source = (struct image_source){
        .mirror = request->mirror,
        .stall = request->stall ? request->stall : STALL,
        .max_bytes = request->max_bytes ? request->max_bytes : MAX_BYTES,
    };
    int result = catalogue_load(&catalogue, store);
    if (result == 0)
        result = find_entry(source, &catalogue, request);
    catalogue_free(&catalogue);
    /* What the user says of this one file is worth more than what its publisher does. */
    if (result == 0 && request->checksum) {
        source->entry.checksums[0] = '\0';
        if (!checksum_parse(request->checksum, source->entry.checksum))
            result = message_error("option \"--sha256\" must be 64 hexadecimal digits, not \"%s\"", request->checksum);
    }
    return result;
}
