#include "harness/catalogue.h"
#include "harness/architecture.h"
#include "harness/message.h"
#include "common/data_dir.h"
#include "common/text.h"
#include "common/yaml_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENTRIES_MAX = 500, PACKAGES_MAX = 32 };

static const char *const known_keys[] = {"images", NULL};
static const char *const image_keys[] = {"name", "version", "arch", "url", "sha256", "sha512", "checksums", "format",
                                         "boot", "user", "packages", NULL};
static const char *const formats[] = {"qcow2", "raw", NULL};
static const char *const boots[] = {"disk", "uefi", NULL};

static void tell(const char *text)
{
    message_error("%s", text);
}

/* The text of a key; out stays empty without it, which is an error if it is needed. */
static int read_text(struct yaml_file *file, yaml_node_t *image, const char *key, bool needed, char *out, size_t size)
{
    yaml_node_t *node = yaml_file_get(file, image, key);

    if (node)
        return yaml_file_text(file, node, key, out, size);
    return needed ? yaml_file_error(file, image, "this image has no \"%s\"", key) : 0;
}

static int read_url(struct yaml_file *file, yaml_node_t *image, const char *key, bool needed, char out[URL_SIZE])
{
    char reason[URL_REASON_SIZE];
    yaml_node_t *node = yaml_file_get(file, image, key);

    if (read_text(file, image, key, needed, out, URL_SIZE) < 0)
        return -1;
    return node && url_check(out, reason) < 0 ? yaml_file_error(file, node, "%s %s", key, reason) : 0;
}

/* One of two keys, which differ in the number of digits. */
static int read_checksum(struct yaml_file *file, yaml_node_t *image, const char *key, char out[CHECKSUM_SIZE])
{
    char text[CHECKSUM_SIZE + 32], digits[CHECKSUM_SIZE];
    yaml_node_t *node = yaml_file_get(file, image, key);

    if (!node)
        return 0;
    if (*out)
        return yaml_file_error(file, node, "%s: the image has a sha256 already", key);
    if (yaml_file_text(file, node, key, text, sizeof(text)) < 0)
        return -1;
    if (!checksum_parse(text, digits) || strcmp(checksum_kind(digits), key) != 0)
        return yaml_file_error(file, node, "%s: not %s hexadecimal digits", key, strcmp(key, "sha256") ? "128" : "64");
    memcpy(out, digits, CHECKSUM_SIZE);
    return 0;
}

static int read_choice(struct yaml_file *file, yaml_node_t *image, const char *key, const char *const *names,
                       char *out, size_t size)
{
    yaml_node_t *node = yaml_file_get(file, image, key);
    int choice = node ? yaml_file_choice(file, node, key, names) : 0;

    if (choice >= 0)
        text_copy(out, size, names[choice]);
    return choice < 0 ? -1 : 0;
}

/* A name that becomes part of paths and command lines. */
static int read_name(struct yaml_file *file, yaml_node_t *image, const char *key, char out[NAME_SIZE])
{
    yaml_node_t *node = yaml_file_get(file, image, key);

    if (read_text(file, image, key, true, out, NAME_SIZE) < 0)
        return -1;
    if (!name_is_good(out))
        return yaml_file_error(file, node, "%s: letters, digits, \".\", \"_\" and \"-\" only, the first a letter or digit",
                               key);
    return 0;
}

static int read_arch(struct yaml_file *file, yaml_node_t *image, char *out, size_t size)
{
    yaml_node_t *node = yaml_file_get(file, image, "arch");

    if (read_text(file, image, "arch", true, out, size) < 0)
        return -1;
    const char *found = architecture_find(out);
    if (!found)
        return yaml_file_error(file, node, "arch: unknown \"%s\": use one of x86-64, arm64", out);
    text_copy(out, size, found);
    return 0;
}

/* What a name of a package is made of, at Debian, Fedora and Alpine; plain in YAML. */
static bool is_package(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+._-") == strlen(name) &&
           name[0] != '-' && name[0] != '.';
}

/* Their names differ from distribution to distribution, so each image has its own. */
static int read_packages(struct yaml_file *file, yaml_node_t *image, char out[PACKAGES_SIZE])
{
    yaml_node_t *node = yaml_file_get(file, image, "packages");
    int count = node ? yaml_file_sequence(file, node, "packages", PACKAGES_MAX) : 0;
    char name[64];

    for (int i = 0; i < count; i++) {
        yaml_node_t *item = yaml_file_item(file, node, (size_t)i);
        size_t used = strlen(out);
        if (yaml_file_text(file, item, "packages", name, sizeof(name)) < 0)
            return -1;
        if (!is_package(name))
            return yaml_file_error(file, item, "packages: \"%s\" is no name of a package", name);
        if (!text_format(out + used, PACKAGES_SIZE - used, "%s%s", used ? " " : "", name))
            return yaml_file_error(file, item, "packages: too many");
    }
    return count < 0 ? -1 : 0;
}

static int read_image(struct yaml_file *file, yaml_node_t *node, struct catalogue_entry *entry)
{
    if (yaml_file_keys(file, node, image_keys) < 0)
        return -1;
    return read_name(file, node, "name", entry->name) < 0 || read_name(file, node, "user", entry->user) < 0 ||
           read_text(file, node, "version", false, entry->version, sizeof(entry->version)) < 0 ||
           read_arch(file, node, entry->arch, sizeof(entry->arch)) < 0 ||
           read_url(file, node, "url", true, entry->url) < 0 ||
           read_url(file, node, "checksums", false, entry->checksums) < 0 ||
           read_checksum(file, node, "sha256", entry->checksum) < 0 ||
           read_checksum(file, node, "sha512", entry->checksum) < 0 ||
           read_choice(file, node, "format", formats, entry->format, sizeof(entry->format)) < 0 ||
           read_choice(file, node, "boot", boots, entry->boot, sizeof(entry->boot)) < 0 ||
           read_packages(file, node, entry->packages) < 0 ? -1 : 0;
}

const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, const char *name, const char *arch)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (strcmp(catalogue->entries[i].name, name) == 0 && strcmp(catalogue->entries[i].arch, arch) == 0)
            return &catalogue->entries[i];
    return NULL;
}

const struct catalogue_entry *catalogue_find_url(const struct catalogue *catalogue, const char *url)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (strcmp(catalogue->entries[i].url, url) == 0)
            return &catalogue->entries[i];
    return NULL;
}

/* first: where the entries of this file begin; an earlier file's stay as they are. */
static int add(struct yaml_file *file, yaml_node_t *node, struct catalogue *catalogue, size_t first)
{
    struct catalogue_entry entry = {0};
    struct catalogue_entry *grown = realloc(catalogue->entries, (catalogue->count + 1) * sizeof(*grown));

    if (!grown)
        return message_error("not enough memory");
    catalogue->entries = grown;
    if (read_image(file, node, &entry) < 0)
        return -1;
    const struct catalogue_entry *old = catalogue_find(catalogue, entry.name, entry.arch);
    if (old && old >= catalogue->entries + first)
        return yaml_file_error(file, node, "image \"%s\" for %s a second time", entry.name, entry.arch);
    if (!old)
        catalogue->entries[catalogue->count++] = entry;
    return 0;
}

static int read_file(const char *path, struct catalogue *catalogue)
{
    struct yaml_file file;
    size_t first = catalogue->count;

    if (yaml_file_open(&file, path, known_keys, tell) < 0)
        return -1;
    yaml_node_t *images = yaml_file_get(&file, yaml_file_root(&file), "images");
    int count = images ? yaml_file_sequence(&file, images, "images", ENTRIES_MAX) : 0;
    int result = count < 0 ? -1 : 0;
    for (int i = 0; i < count && result == 0; i++)
        result = add(&file, yaml_file_item(&file, images, (size_t)i), catalogue, first);
    yaml_file_close(&file);
    return result;
}

/* Where the user's file would be. False if nowhere: no home. */
static bool user_file(const struct store *store, char path[PATH_MAX])
{
    const char *config = store->owner.is_other ? NULL : getenv("XDG_CONFIG_HOME");
    char home[PATH_MAX];

    if (config && config[0] == '/')
        return text_format(path, PATH_MAX, "%s/vmnet-helper/images.yaml", config);
    return owner_find_home(&store->owner, home, sizeof(home)) &&
           text_format(path, PATH_MAX, "%s/.config/vmnet-helper/images.yaml", home);
}

int catalogue_load(struct catalogue *catalogue, const struct store *store)
{
    char path[PATH_MAX];

    *catalogue = (struct catalogue){0};
    /* The user's first: what comes first wins. */
    if (user_file(store, path) && access(path, F_OK) == 0 && read_file(path, catalogue) < 0)
        return -1;
    text_format(path, sizeof(path), "%s/images/images.yaml", data_dir());
    return access(path, F_OK) == 0 ? read_file(path, catalogue) : 0;
}

void catalogue_free(struct catalogue *catalogue)
{
    free(catalogue->entries);
    *catalogue = (struct catalogue){0};
}
