/* A catalogue of images. The first byte decides: a catalogue, or a publisher's list of checksums. */
#include "fuzz/input.h"
#include "harness/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/fz.XXXXXX";

static void remove_folder(void)
{
    char path[100];

    snprintf(path, sizeof(path), "%s/vmnet-helper/images.yaml", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/vmnet-helper", folder);
    rmdir(path);
    rmdir(folder);
}

/* The user's catalogue is the input, and there is no other. */
static void create(const char *input)
{
    char path[100];

    must(mkdtemp(folder));
    atexit(remove_folder);
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("VMNET_DATA", folder, 1);
    snprintf(path, sizeof(path), "%s/vmnet-helper", folder);
    must(mkdir(path, 0700) == 0);
    snprintf(path, sizeof(path), "%s/vmnet-helper/images.yaml", folder);
    must(symlink(input, path) == 0);
}

static void read_checksums(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size), sum[CHECKSUM_SIZE];

    if (checksum_find(text, "disk.img", sum))
        must(strlen(sum) == 64 || strlen(sum) == 128);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool created;
    struct store store = {.home = ""};
    struct catalogue catalogue;

    if (!size)
        return 0;
    if (data[0] == '!') {
        read_checksums(data + 1, size - 1);
        return 0;
    }
    const char *input = input_file(data, size);
    if (!created)
        create(input);
    created = true;
    if (catalogue_load(&catalogue, &store) == 0) {
        for (size_t i = 0; i < catalogue.count; i++) {
            const struct catalogue_entry *entry = &catalogue.entries[i];
            must(name_is_good(entry->name) && name_is_good(entry->user) && *entry->url);
            must(catalogue_find(&catalogue, entry->name, entry->arch) == entry);
        }
    }
    catalogue_free(&catalogue);
    return 0;
}
