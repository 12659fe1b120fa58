#include "harness/command.h"
#include "harness/describe.h"
#include "harness/image.h"
#include "harness/message.h"
#include "harness/recipe.h"
#include "common/file.h"
#include "common/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LIST_JSON };

static const struct option_entry list_options[] = {
    [LIST_JSON] = {"json", 0, NULL, "print JSON"},
    {0},
};
static const struct option_entry no_options[] = {{0}};

/* Bytes on disk of the files in a folder. */
static double folder_size(const char *dir)
{
    double size = 0;
    DIR *folder = opendir(dir);

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[PATH_MAX];
        struct stat status;
        if (text_format(path, sizeof(path), "%s/%s", dir, entry->d_name) && lstat(path, &status) == 0 &&
            S_ISREG(status.st_mode))
            size += (double)status.st_blocks * 512;
    }
    if (folder)
        closedir(folder);
    return size;
}

static void read_description(const char *dir, char *text, size_t size)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/description", dir);
    char *content = file_read(path, 65536, NULL);
    text_format(text, size, "%.*s", content ? (int)strcspn(content, "\n") : 0, content ? content : "");
    free(content);
}

static void show(const struct store *store, const char *name, cJSON *array)
{
    char dir[PATH_MAX], description[256] = "";
    bool built = image_is_built(store, name, dir);
    double size = built ? folder_size(dir) : 0;

    if (built)
        read_description(dir, description, sizeof(description));
    if (array) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", name);
        cJSON_AddBoolToObject(item, "built", built);
        cJSON_AddNumberToObject(item, "bytes", size);
        cJSON_AddStringToObject(item, "description", description);
        cJSON_AddItemToArray(array, item);
        return;
    }
    char amount[32] = "-";
    if (built)
        snprintf(amount, sizeof(amount), "%.0f MiB", size / (1 << 20));
    printf("%-12s %-10s %-10s %s\n", name, built ? "built" : "not built", amount, description);
}

static int list(const struct store *store, const struct command_line *options)
{
    int count = 0;
    char **names = recipe_names(&count);
    cJSON *array = options->values[LIST_JSON] ? cJSON_CreateArray() : NULL;

    if (!names)
        return EXIT_FAILED;
    if (!array)
        printf("%-12s %-10s %-10s %s\n", "NAME", "STATE", "SIZE", "DESCRIPTION");
    for (int i = 0; i < count; i++) {
        show(store, names[i], array);
        free(names[i]);
    }
    free(names);
    return command_status(array ? describe_print(array) : 0);
}

static int build(const struct store *store, const struct command_line *options)
{
    struct recipe recipe;
    struct image image;
    char dir[PATH_MAX];

    if (recipe_find(&recipe, options->operands[0]) < 0)
        return EXIT_FAILED;
    if (image_is_built(store, recipe.name, dir))
        message_progress(store->started, "image %s is built already", recipe.name);
    int result = image_prepare(&image, store, recipe.name, NULL);
    image_free(&image);
    return command_status(result);
}

/* A disk in use is of no use without the image below it. */
static int find_user(struct vm *vm, void *context)
{
    const char *image = vm_option(vm, CONFIG_IMAGE);
    char path[PATH_MAX];
    struct stat status;

    if (!image || strcmp(image, context) != 0)
        return 0;
    if (vm_status(vm) == VM_STOPPED && stat(vm_file(vm, path, "disk.qcow2"), &status) < 0)
        return 0;
    message_error("image %s is used by VM \"%s\"; delete that first: vm delete %s", image, vm->name, vm->name);
    return 1;
}

static int delete(const struct store *store, const struct command_line *options)
{
    char name[NAME_SIZE];

    text_copy(name, sizeof(name), options->operands[0]);
    if (vm_each(store, find_user, name) != 0)
        return EXIT_FAILED;
    return command_status(image_delete(store, name));
}

const struct command image_commands[] = {
    {"list", "[--json]", "The images there are, and which are built", list_options, 0, 0, NULL, false, list, NULL},
    {"build", "NAME", "Build an image, unless it is built", no_options, 1, 1, "image name", false, build, NULL},
    {"delete", "NAME", "Remove a built image", no_options, 1, 1, "image name", false, delete, NULL},
    {0},
};
