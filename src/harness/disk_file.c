#include "harness/disk_file.h"
#include "harness/interrupt.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/store.h"
#include "common/process.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* qcow2 may name a backing file, or keep its data in another file. */
static bool leads_elsewhere(const cJSON *info)
{
    const cJSON *special = cJSON_GetObjectItemCaseSensitive(info, "format-specific");
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(special, "data");

    return cJSON_HasObjectItem(info, "backing-filename") || cJSON_HasObjectItem(info, "full-backing-filename") ||
           cJSON_HasObjectItem(data, "data-file");
}

int disk_file_format(const char *path, char *format, size_t size)
{
    char *text = NULL;
    const char *const argv[] = {"qemu-img", "info", "--output=json", path, NULL};
    int status = process_run(argv, &text);

    if (status == 127) {
        free(text);
        return message_error("cannot find qemu-img; install qemu-utils");
    }
    cJSON *info = status == 0 && text ? cJSON_Parse(text) : NULL;
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(info, "format");
    bool good = cJSON_IsString(found) && (strcmp(found->valuestring, "raw") == 0 ||
                                          strcmp(found->valuestring, "qcow2") == 0) && !leads_elsewhere(info);
    if (good)
        text_copy(format, size, found->valuestring);
    cJSON_Delete(info);
    free(text);
    if (!good && !interrupt_signal())
        message_error("image %s is neither a raw nor a whole qcow2 disk image", path);
    return good ? 0 : -1;
}

bool disk_file_has_boot_record(const char *path)
{
    unsigned char sector[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool whole = fd >= 0 && pread(fd, sector, sizeof(sector), 0) == (ssize_t)sizeof(sector);

    if (fd >= 0)
        close(fd);
    /* Of a BIOS disk, a FAT file system, and of the protective record before a GPT. */
    return whole && sector[510] == 0x55 && sector[511] == 0xaa;
}

int disk_file_to_raw(const char *path, const char *format, const char *raw, const char *log)
{
    static const char *const options[] = {"qemu-img", "convert", "-q", "-O", "raw", "-f"};
    struct words words = {0};
    struct job job = {.words = &words, .log = log};

    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        words_add(&words, "%s", options[i]);
    words_add(&words, "%s", format);
    words_add(&words, "%s", path);
    words_add(&words, "%s", raw);
    int status = job_run(&job);
    words_free(&words);
    if (status <= 0 || status == 126 || status == 127)
        return status == 0 ? 0 : -1;
    if (store_is_full(log))
        return message_error("cannot convert the image: no space left for %s; free some, or set VMNET_CACHE to another "
                             "file system", raw);
    message_error("cannot convert the image: qemu-img ended with exit status %d", status);
    message_log_tail(log, 5);
    return -1;
}
