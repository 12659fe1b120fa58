#include "harness/disk.h"
#include "harness/clone.h"
#include "harness/job.h"
#include "harness/message.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *disk_name(const char *format)
{
    return strcmp(format, "raw") == 0 ? "disk.img" : "disk.qcow2";
}

/* qemu-img with these words (ended by NULL), and a number of GiB at its end unless it is 0. */
static int run_qemu_img(const char *log, const char *const *list, unsigned long size_gib)
{
    struct words words = {0};

    words_add(&words, "qemu-img");
    for (; *list; list++)
        words_add(&words, "%s", *list);
    if (size_gib)
        words_add(&words, "%luG", size_gib);
    int result = job_must(&words, log);
    words_free(&words);
    return result;
}

/* A raw image in no time, where the file system can. */
static int clone_image(const struct image *image, const char *new)
{
    if (strcmp(image->disk_format, "raw") != 0)
        return -1;
    unlink(new);
    return file_clone(image->disk, new);
}

/* Into path.new, and then to its place: what is there is whole. */
static int make(const struct store *store, const char *path, const struct image *image, const char *format,
                unsigned long size_gib)
{
    char new[PATH_MAX], log[PATH_MAX];
    int result;

    if (!text_format(new, sizeof(new), "%s.new", path) || !text_format(log, sizeof(log), "%s.log", path))
        return message_error("path too long: %s", path);
    unlink(log);
    if (!image) {
        const char *const empty[] = {"create", "-q", "-f", format, new, NULL};
        result = run_qemu_img(log, empty, size_gib);
    } else if (strcmp(format, "raw") == 0) {
        const char *const copy[] = {"convert", "-f", image->disk_format, "-O", "raw", image->disk, new, NULL};
        const char *const resize[] = {"resize", "-q", "-f", "raw", new, NULL};
        result = clone_image(image, new) == 0 ? 0 : run_qemu_img(log, copy, 0);
        if (result == 0 && size_gib)
            result = run_qemu_img(log, resize, size_gib);
    } else {
        const char *const over[] = {"create", "-q", "-f", format, "-F", image->disk_format, "-b", image->disk, new,
                                    NULL};
        result = run_qemu_img(log, over, size_gib);
    }
    if (result == 0 && rename(new, path) < 0)
        result = message_error("cannot write %s: %s", path, strerror(errno));
    if (result < 0)
        unlink(new);
    owner_give(&store->owner, path);
    return result;
}

int disk_make(const struct store *store, const char *path, const struct image *image, const char *format,
              unsigned long size_gib)
{
    struct stat status;

    if (access(path, F_OK) == 0)
        return 0;
    if (size_gib && stat(image->disk, &status) == 0 && strcmp(image->disk_format, "raw") == 0 &&
        (unsigned long long)status.st_size > (unsigned long long)size_gib << 30)
        return message_error("--disk-size %lu is smaller than the image, which has %.1f GiB", size_gib,
                             (double)status.st_size / (1 << 30));
    return make(store, path, image, format, size_gib);
}

/* The format of somebody's file: qcow2 begins with "QFI\xfb". NULL after an error message. */
static const char *format_of(const char *path)
{
    char first[4] = "";
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &status) < 0) {
        message_error("cannot open disk %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    ssize_t count = read(fd, first, sizeof(first));
    close(fd);
    if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode))
        return count == 4 && memcmp(first, "QFI\xfb", 4) == 0 ? "qcow2" : "raw";
    message_error("disk %s is neither a file nor a block device", path);
    return NULL;
}

/* A line of the option. */
static int add_extra(const struct vm *vm, const char *line, const char *format, struct extra_disks *disks)
{
    char *path = disks->paths[disks->count], name[32];
    unsigned long size_gib;

    disks->formats[disks->count] = format;
    if (*line && strspn(line, "0123456789") == strlen(line)) {
        if (text_parse_number(line, 1, 65536, &size_gib) < 0)
            return message_error("--disk %s: a new disk has 1 to 65536 GiB", line);
        text_format(name, sizeof(name), "disk-%d.%s", disks->count + 1, strcmp(format, "raw") == 0 ? "img" : format);
        vm_file(vm, path, name);
        return access(path, F_OK) == 0 ? 0 : make(vm->store, path, NULL, format, size_gib);
    }
    if (!text_copy(path, PATH_MAX, line))
        return message_error("path too long: %s", line);
    disks->formats[disks->count] = format_of(path);
    return disks->formats[disks->count] ? 0 : -1;
}

int disk_extra(const struct vm *vm, const char *text, const char *format, struct extra_disks *disks)
{
    char line[PATH_MAX];

    disks->count = 0;
    while (text && *text) {
        size_t length = strcspn(text, "\n");
        if (disks->count == DISKS_MAX)
            return message_error("--disk: at most %d disks", DISKS_MAX);
        text_format(line, sizeof(line), "%.*s", (int)length, text);
        if (add_extra(vm, line, format, disks) < 0)
            return -1;
        disks->count++;
        text += length + (text[length] == '\n');
    }
    return 0;
}
