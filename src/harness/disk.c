#include "harness/disk.h"
#include "harness/job.h"
#include "harness/message.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int disk_make(const struct store *store, const char *path, const struct image *image, unsigned long size_gib)
{
    char new[PATH_MAX], log[PATH_MAX];
    struct words words = {0};
    struct stat status;

    if (access(path, F_OK) == 0)
        return 0;
    if (!text_format(new, sizeof(new), "%s.new", path) || !text_format(log, sizeof(log), "%s.log", path))
        return message_error("path too long: %s", path);
    if (size_gib && stat(image->disk, &status) == 0 && strcmp(image->disk_format, "raw") == 0 &&
        (unsigned long long)status.st_size > (unsigned long long)size_gib << 30)
        return message_error("--disk-size %lu is smaller than the image, which has %.1f GiB", size_gib,
                             (double)status.st_size / (1 << 30));
    unlink(log);
    static const char *const options[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-F"};
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        words_add(&words, "%s", options[i]);
    words_add(&words, "%s", image->disk_format);
    words_add(&words, "-b");
    words_add(&words, "%s", image->disk);
    words_add(&words, "%s", new);
    if (size_gib)
        words_add(&words, "%luG", size_gib);
    int result = job_must(&words, log);
    words_free(&words);
    if (result == 0 && rename(new, path) < 0)
        result = message_error("cannot write %s: %s", path, strerror(errno));
    if (result < 0)
        unlink(new);
    owner_give(&store->owner, path);
    return result;
}
