#include "harness/url.h"
#include "harness/message.h"
#include "common/hex.h"
#include "common/sha256.h"
#include "common/text.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool url_is(const char *text)
{
    return strstr(text, "://") != NULL;
}

static bool has_part(CURLU *parsed, CURLUPart part)
{
    char *text = NULL;
    bool found = curl_url_get(parsed, part, &text, 0) == CURLUE_OK && text && *text;

    curl_free(text);
    return found;
}

static int __attribute__((format(printf, 2, 3))) refuse(char reason[URL_REASON_SIZE], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reason, URL_REASON_SIZE, format, args);
    va_end(args);
    return -1;
}

static int check_parsed(const char *url, CURLU *parsed, char reason[URL_REASON_SIZE])
{
    char *scheme = NULL;

    if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return refuse(reason, "\"%s\" is not a URL", url);
    curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0);
    bool known = scheme && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0 || strcmp(scheme, "file") == 0);
    curl_free(scheme);
    if (!known)
        return refuse(reason, "\"%s\" must begin with https://, http:// or file://", url);
    /* It would be kept in the VM's state, and shown. */
    if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD))
        return refuse(reason, "must not hold a user or a password");
    if (has_part(parsed, CURLUPART_FRAGMENT))
        return refuse(reason, "\"%s\" must not have a part after #", url);
    return 0;
}

int url_check(const char *url, char reason[URL_REASON_SIZE])
{
    char printable[URL_SIZE + 1];

    if (strlen(url) >= URL_SIZE)
        return refuse(reason, "is too long: at most %d bytes", URL_SIZE - 1);
    text_printable(printable, sizeof(printable), url, strlen(url));
    /* libcurl takes "https:/x" as well; all others look for what is behind "://". */
    if (!url_is(url))
        return refuse(reason, "\"%s\" is not a URL", printable);
    if (strcmp(printable, url) != 0 || strpbrk(url, " \"'\\<>"))
        return refuse(reason, "\"%s\" is not a URL: it holds a character that must be written as %%XX", url);
    CURLU *parsed = curl_url();
    if (!parsed)
        return refuse(reason, "cannot be read: not enough memory");
    int result = check_parsed(url, parsed, reason);
    curl_url_cleanup(parsed);
    return result;
}

int url_on_mirror(const char *url, const char *mirror, char out[URL_SIZE])
{
    size_t length = strlen(mirror);
    const char *path = strchr(strstr(url, "://") + 3, '/');

    while (length && mirror[length - 1] == '/')
        length--;
    if (!text_format(out, URL_SIZE, "%.*s%s", (int)length, mirror, path ? path : "/"))
        return message_error("option \"--mirror\": the URL would be too long");
    return 0;
}

bool url_file(const char *url, char *file, size_t size)
{
    size_t length = strcspn(url, "?#");
    const char *start = url + length;
    int decoded_length = 0;

    while (start > url && start[-1] != '/')
        start--;
    char *decoded = curl_easy_unescape(NULL, start, (int)(url + length - start), &decoded_length);
    bool good = decoded && decoded_length > 0 && strlen(decoded) == (size_t)decoded_length && !strchr(decoded, '/') &&
                text_copy(file, size, decoded);
    curl_free(decoded);
    return good;
}

char *url_key(const char *url, char key[URL_KEY_SIZE])
{
    uint8_t digest[SHA256_SIZE];

    sha256(url, strlen(url), digest);
    return hex_format(digest, SHA256_SIZE, key);
}
