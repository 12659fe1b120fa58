#include "harness/recipe.h"
#include "harness/architecture.h"
#include "harness/message.h"
#include "harness/name.h"
#include "common/data_dir.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/sha256.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_recipe(const struct dirent *entry)
{
    return name_is_good(entry->d_name) && recipe_exists(entry->d_name);
}

int recipe_exists(const char *name)
{
    char path[PATH_MAX];

    return name_is_good(name) && text_format(path, sizeof(path), "%s/images/%s/build", data_dir(), name) &&
           access(path, X_OK) == 0;
}

char **recipe_names(int *count)
{
    char path[PATH_MAX];
    struct dirent **entries;

    text_format(path, sizeof(path), "%s/images", data_dir());
    int found = scandir(path, &entries, is_recipe, alphasort);
    if (found < 0) {
        message_error("cannot read the image recipes in %s: %s", path, strerror(errno));
        return NULL;
    }
    char **names = calloc((size_t)found + 1, sizeof(*names));
    *count = 0;
    for (int i = 0; i < found; i++) {
        if (names && (names[*count] = strdup(entries[i]->d_name)))
            ++*count;
        free(entries[i]);
    }
    free(entries);
    return names;
}

/* Add the name and digest of each regular file of the folder to the text. */
static int add_files(FILE *text, const char *dir)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, NULL, alphasort), result = 0;

    if (count < 0)
        return message_error("cannot read %s: %s", dir, strerror(errno));
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX], digits[2 * SHA256_SIZE + 1];
        uint8_t digest[SHA256_SIZE];
        struct stat status;
        size_t size = 0;
        text_format(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
        /* The catalogue lies there too, and is part of no recipe. */
        if (result == 0 && strcmp(entries[i]->d_name, "images.yaml") != 0 && stat(path, &status) == 0 &&
            S_ISREG(status.st_mode)) {
            char *content = file_read(path, 16 << 20, &size);
            if (!content)
                result = message_error("cannot read %s: %s", path, strerror(errno));
            else
                sha256(content, size, digest);
            free(content);
            fprintf(text, "%s %s\n", entries[i]->d_name, result == 0 ? hex_format(digest, SHA256_SIZE, digits) : "");
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int find_digest(struct recipe *recipe)
{
    char dir[PATH_MAX], digits[2 * SHA256_SIZE + 1];
    uint8_t digest[SHA256_SIZE];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return message_error("not enough memory");
    /* What recipes share lies beside their folders. */
    text_format(dir, sizeof(dir), "%s/images", data_dir());
    int result = add_files(out, dir);
    text_format(dir, sizeof(dir), "%s/images/%s", data_dir(), recipe->name);
    if (result == 0)
        result = add_files(out, dir);
    fclose(out);
    sha256(text, size, digest);
    free(text);
    bool foreign = !architecture_is_host(recipe->arch);
    text_format(recipe->digest, sizeof(recipe->digest), "%.16s%s%s", hex_format(digest, SHA256_SIZE, digits),
                foreign ? "-" : "", foreign ? recipe->arch : "");
    return result;
}

int recipe_find(struct recipe *recipe, const char *name, const char *arch)
{
    char all[512] = "";

    *recipe = (struct recipe){0};
    text_copy(recipe->arch, sizeof(recipe->arch), arch);
    if (recipe_exists(name)) {
        text_copy(recipe->name, sizeof(recipe->name), name);
        if (!text_format(recipe->build, sizeof(recipe->build), "%s/images/%s/build", data_dir(), name))
            return message_error("path too long: %s", data_dir());
        return find_digest(recipe);
    }
    int count = 0;
    char **names = recipe_names(&count);
    if (!names)
        return -1;
    for (int i = 0; i < count; i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "", names[i]);
        free(names[i]);
    }
    free(names);
    return message_error("unknown image \"%s\"; there are: %s; a file needs a / in its path", name, all);
}
