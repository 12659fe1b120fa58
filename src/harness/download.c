/* Theory of operation. Each try is one request of curl's that appends to the file at path. When part of
 * it is there, the request asks for the rest: `Range: bytes=N-`. Four things may be wrong then, and
 * each is noticed before a byte is written:
 *
 *     the server knows no ranges        it answers 200 with the whole: the file is emptied
 *     the file changed on the server    If-Range with the ETag (or date) of the first part: 200 too
 *     it sends another range            Content-Range tells: the part is dropped
 *     there is no rest (416)            the part is whole, if the server names its size, or dropped
 *
 * A part without ETag or date is only continued when a checksum will tell whether the whole is right.
 * A try that broke off is made again; they are counted since the last one that got further. */
#include "harness/download.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/meter.h"
#include "common/file.h"
#include "common/text.h"
#include "common/version.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { TRIES = 5, REDIRECTS = 10, VALIDATOR_SIZE = 256 };

enum outcome { DONE, AGAIN, FAILED };

struct transfer {
    const struct download *download;
    CURL *curl;
    int fd;
    long long offset;   /* where this try began */
    long long size;     /* of what is in the file */
    long long furthest; /* the largest size that any try reached */
    long long range_start, range_total; /* of Content-Range; -1: not told */
    bool is_begun;      /* the first byte of this try's answer has come */
    bool is_chunked, is_told;
    const char *restart; /* why the part cannot be continued */
    char validator[VALIDATOR_SIZE];
    char remembered[VALIDATOR_SIZE]; /* of the part in the file */
    char curl_error[CURL_ERROR_SIZE];
    struct meter meter;
};

static bool validator_path(const char *path, char out[PATH_MAX])
{
    return text_format(out, PATH_MAX, "%s.version", path);
}

void download_forget(const char *path)
{
    char version[PATH_MAX];

    unlink(path);
    if (validator_path(path, version))
        unlink(version);
}

static void __attribute__((format(printf, 2, 3))) fail(struct transfer *transfer, const char *format, ...)
{
    char reason[400];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    meter_end(&transfer->meter);
    if (!transfer->is_told)
        message_error("cannot download %s from %s: %s", transfer->download->what, transfer->download->url, reason);
    transfer->is_told = true;
}

static long status_of(struct transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static bool take_value(const char *line, size_t length, const char *name, char *value, size_t size)
{
    size_t skip = strlen(name);

    if (length <= skip || strncasecmp(line, name, skip) != 0)
        return false;
    while (skip < length && (line[skip] == ' ' || line[skip] == '\t'))
        skip++;
    while (length > skip && strchr("\r\n \t", line[length - 1]))
        length--;
    return text_format(value, size, "%.*s", (int)(length - skip), line + skip);
}

static size_t take_header(char *line, size_t one, size_t length, void *context)
{
    struct transfer *transfer = context;
    char value[VALIDATOR_SIZE];

    if (length > 5 && strncmp(line, "HTTP/", 5) == 0) { /* of a further answer, after a redirect */
        transfer->validator[0] = '\0';
        transfer->is_chunked = false;
        transfer->range_start = transfer->range_total = -1;
    } else if (take_value(line, length, "ETag:", value, sizeof(value))) {
        if (value[0] == '"') /* a weak one says nothing about single bytes */
            text_copy(transfer->validator, sizeof(transfer->validator), value);
    } else if (take_value(line, length, "Last-Modified:", value, sizeof(value))) {
        if (!*transfer->validator)
            text_copy(transfer->validator, sizeof(transfer->validator), value);
    } else if (take_value(line, length, "Transfer-Encoding:", value, sizeof(value))) {
        transfer->is_chunked = strcasecmp(value, "chunked") == 0;
    } else if (take_value(line, length, "Content-Range:", value, sizeof(value))) {
        if (strncasecmp(value, "bytes */", 8) == 0)
            transfer->range_total = strtoll(value + 8, NULL, 10);
        else if (strncasecmp(value, "bytes ", 6) == 0)
            transfer->range_start = strtoll(value + 6, NULL, 10);
    }
    return length;
}

static long long expected_size(struct transfer *transfer)
{
    curl_off_t length = -1;

    curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length < 0 ? -1 : transfer->offset + (long long)length;
}

/* Does a failed write mean that space is short? Then the part is of no use to anybody. */
static void fail_write(struct transfer *transfer, int error)
{
    if (error == ENOSPC || error == EDQUOT) {
        fail(transfer, "no space left for %s; free some, or set VMNET_CACHE to another file system",
             transfer->download->path);
        download_forget(transfer->download->path);
    } else {
        fail(transfer, "cannot write %s: %s", transfer->download->path, strerror(error));
    }
}

static bool has_room(struct transfer *transfer, long long whole)
{
    struct statvfs status;
    char needed[32], left[32];

    if (fstatvfs(transfer->fd, &status) < 0 || whole < 0)
        return true;
    double room = (double)status.f_bavail * (double)status.f_frsize, rest = (double)(whole - transfer->size);
    if (rest <= room)
        return true;
    fail(transfer, "it needs %s more, but %s has only %s left; free some space, or set VMNET_CACHE to another file system",
         meter_amount(rest, needed), transfer->download->path, meter_amount(room, left));
    download_forget(transfer->download->path);
    return false;
}

static bool empty_file(struct transfer *transfer)
{
    transfer->offset = transfer->size = 0;
    if (ftruncate(transfer->fd, 0) == 0 && lseek(transfer->fd, 0, SEEK_SET) == 0)
        return true;
    fail_write(transfer, errno);
    return false;
}

static void remember_version(struct transfer *transfer)
{
    char path[PATH_MAX];

    if (validator_path(transfer->download->path, path) &&
        file_write(path, 0600, transfer->validator, strlen(transfer->validator)) < 0)
        unlink(path);
}

/* The first bytes of an answer: is it what was asked for? */
static bool begin(struct transfer *transfer)
{
    long status = status_of(transfer);

    transfer->is_begun = true;
    if (status == 206 && transfer->range_start != transfer->offset) {
        transfer->restart = "the server sent another part than was asked for";
        return false;
    }
    if (transfer->offset && status != 206 && !empty_file(transfer))
        return false;
    long long whole = expected_size(transfer);
    if (whole > (long long)transfer->download->max_bytes) {
        char amount[32];
        fail(transfer, "it is larger than the limit of %s",
             meter_amount((double)transfer->download->max_bytes, amount));
        return false;
    }
    if (!has_room(transfer, whole))
        return false;
    if (!transfer->offset)
        remember_version(transfer);
    return true;
}

static size_t take_data(char *data, size_t one, size_t length, void *context)
{
    struct transfer *transfer = context;

    if (status_of(transfer) >= 300)
        return length; /* the text of an error is nobody's image */
    if (!transfer->is_begun && !begin(transfer))
        return 0;
    if (transfer->size + (long long)length > (long long)transfer->download->max_bytes) {
        char amount[32];
        fail(transfer, "it is larger than the limit of %s",
             meter_amount((double)transfer->download->max_bytes, amount));
        return 0;
    }
    if (file_write_all(transfer->fd, data, length) < 0) {
        fail_write(transfer, errno);
        return 0;
    }
    transfer->size += (long long)length;
    return length;
}

static int take_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct transfer *transfer = context;
    long long whole = transfer->is_begun ? expected_size(transfer) : -1;

    if (!transfer->download->is_quiet && transfer->is_begun)
        meter_update(&transfer->meter, (double)transfer->size, whole > 0 ? (double)whole : 0);
    return interrupt_signal() != 0;
}

/* Ask for what is not there yet. */
static struct curl_slist *set_range(struct transfer *transfer)
{
    char range[32], condition[VALIDATOR_SIZE + 16];
    struct curl_slist *headers = NULL;

    curl_easy_setopt(transfer->curl, CURLOPT_RANGE, NULL);
    if (transfer->offset) {
        snprintf(range, sizeof(range), "%lld-", transfer->offset);
        curl_easy_setopt(transfer->curl, CURLOPT_RANGE, range);
        if (*transfer->remembered && text_format(condition, sizeof(condition), "If-Range: %s", transfer->remembered))
            headers = curl_slist_append(NULL, condition);
    }
    curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, headers);
    return headers;
}

static void set_options(struct transfer *transfer)
{
    const struct download *download = transfer->download;
    CURL *curl = transfer->curl;
    char agent[96];
    bool secret = strncasecmp(download->url, "https:", 6) == 0 && !download->has_checksum;

    snprintf(agent, sizeof(agent), "vmnet-helper/%s", version_number);
    curl_easy_setopt(curl, CURLOPT_URL, download->url);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, agent);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secret ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)(download->stall < 30 ? download->stall : 30));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)download->stall);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->curl_error);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, take_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
}

/* Without length and checksum nobody can tell a whole file from half of one. */
static bool is_whole(struct transfer *transfer)
{
    long version = 0;

    curl_easy_getinfo(transfer->curl, CURLINFO_HTTP_VERSION, &version);
    bool has_end = expected_size(transfer) >= 0 || transfer->is_chunked || version >= CURL_HTTP_VERSION_2_0;
    return transfer->download->has_checksum || has_end;
}

static enum outcome judge_answer(struct transfer *transfer, char *reason, size_t size)
{
    long status = status_of(transfer);

    snprintf(reason, size, "the server answered %ld", status);
    if (status == 416 && transfer->offset) {
        if (transfer->range_total == transfer->size)
            return DONE; /* all of it had come before */
        transfer->restart = reason;
        return AGAIN;
    }
    if (status >= 500 || status == 408 || status == 429)
        return AGAIN;
    if (status >= 300) {
        fail(transfer, "%s%s", reason, status == 404 || status == 410 ? ": there is no such file" : "");
        return FAILED;
    }
    if (!transfer->size || (!transfer->is_begun && transfer->offset)) {
        fail(transfer, "the file is empty");
        return FAILED;
    }
    if (!is_whole(transfer)) {
        fail(transfer, "the server does not tell its length, so that nobody could tell a whole file from half of one; "
             "give --sha256");
        download_forget(transfer->download->path);
        return FAILED;
    }
    return DONE;
}

static enum outcome judge(struct transfer *transfer, CURLcode code, char *reason, size_t size)
{
    if (transfer->is_told || interrupt_signal() != 0)
        return FAILED;
    if (transfer->restart) {
        snprintf(reason, size, "%s", transfer->restart);
        return AGAIN;
    }
    snprintf(reason, size, "%s", *transfer->curl_error ? transfer->curl_error : curl_easy_strerror(code));
    switch (code) {
    case CURLE_OK:
        return judge_answer(transfer, reason, size);
    case CURLE_PARTIAL_FILE:
        snprintf(reason, size, "the connection ended before the end of the file");
        return AGAIN;
    case CURLE_OPERATION_TIMEDOUT:
        snprintf(reason, size, "nothing came for %lu s", transfer->download->stall);
        return AGAIN;
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return AGAIN;
    default:
        fail(transfer, "%s", reason);
        return FAILED;
    }
}

static enum outcome try(struct transfer *transfer, char *reason, size_t size)
{
    transfer->offset = transfer->size;
    transfer->is_begun = false;
    transfer->restart = NULL;
    transfer->range_start = transfer->range_total = -1;
    transfer->curl_error[0] = transfer->validator[0] = '\0';
    struct curl_slist *headers = set_range(transfer);
    CURLcode code = curl_easy_perform(transfer->curl);
    enum outcome outcome = judge(transfer, code, reason, size);
    curl_slist_free_all(headers);
    /* From now on the part in the file is of this version. */
    if (transfer->is_begun && !transfer->offset)
        text_copy(transfer->remembered, sizeof(transfer->remembered), transfer->validator);
    /* A part that nothing identifies, neither version nor checksum, cannot be continued. */
    bool is_known = transfer->download->has_checksum || *transfer->remembered;
    if (outcome == AGAIN && (transfer->restart || !is_known) && !empty_file(transfer))
        return FAILED;
    return outcome;
}

static int run_tries(struct transfer *transfer)
{
    char reason[400] = "";
    double pause = 0.5;

    for (int tries = 1;; tries++) {
        enum outcome outcome = try(transfer, reason, sizeof(reason));
        if (outcome != AGAIN)
            return outcome == DONE ? 0 : -1;
        if (transfer->size > transfer->furthest) {
            transfer->furthest = transfer->size;
            tries = 1;
            pause = 0.5;
        }
        if (tries == TRIES) {
            fail(transfer, "%s, %d times", reason, TRIES);
            return -1;
        }
        meter_end(&transfer->meter);
        message_progress(transfer->download->started, "%s: %s; trying again", transfer->download->what, reason);
        if (!interrupt_pause(pause))
            return -1;
        pause *= 2;
    }
}

/* Open the file with what an earlier command left in it. */
static int open_part(struct transfer *transfer)
{
    const struct download *download = transfer->download;
    char path[PATH_MAX];
    struct stat status;

    transfer->fd = open(download->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (transfer->fd < 0 || fstat(transfer->fd, &status) < 0)
        return message_error("cannot write %s: %s", download->path, strerror(errno));
    char *version = validator_path(download->path, path) ? file_read(path, VALIDATOR_SIZE, NULL) : NULL;
    /* A header must not be made of what a file happens to hold. */
    if (version && !strpbrk(version, "\r\n"))
        text_copy(transfer->remembered, sizeof(transfer->remembered), version);
    free(version);
    bool local = strncasecmp(download->url, "file:", 5) == 0;
    transfer->size = (long long)status.st_size;
    if ((local || !(download->has_checksum || *transfer->remembered)) && !empty_file(transfer))
        return -1;
    transfer->furthest = transfer->size;
    return lseek(transfer->fd, 0, SEEK_END) < 0 ? message_error("cannot read %s: %s", download->path, strerror(errno)) : 0;
}

int download_run(const struct download *download, bool *resumed)
{
    struct transfer transfer = {.download = download, .fd = -1};

    *resumed = false;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(transfer.curl = curl_easy_init()))
        return message_error("cannot start libcurl: not enough memory");
    meter_begin(&transfer.meter, download->what, download->started);
    int result = open_part(&transfer);
    if (result == 0) {
        *resumed = transfer.size > 0;
        set_options(&transfer);
        result = run_tries(&transfer);
    }
    meter_end(&transfer.meter);
    /* What was written counts when it is on the disk: the rename that makes it an image is. */
    if (result == 0 && fsync(transfer.fd) < 0) {
        fail_write(&transfer, errno);
        result = -1;
    }
    if (transfer.fd >= 0)
        close(transfer.fd);
    curl_easy_cleanup(transfer.curl);
    return result;
}
