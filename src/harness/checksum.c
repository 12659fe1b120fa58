#include "harness/checksum.h"
#include "common/hex.h"
#include "common/sha256.h"
#include "common/sha512.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SHA256_DIGITS = 2 * SHA256_SIZE, SHA512_DIGITS = 2 * SHA512_SIZE };

/* The digits that text begins with, if they are as many as a checksum has and a blank or the end follows. */
static size_t digits_at(const char *text)
{
    size_t length = strspn(text, "0123456789abcdefABCDEF");

    if ((length != SHA256_DIGITS && length != SHA512_DIGITS) || (text[length] && !isspace((unsigned char)text[length])))
        return 0;
    return length;
}

static void copy_lower(char out[CHECKSUM_SIZE], const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = (char)tolower((unsigned char)text[i]);
    out[length] = '\0';
}

bool checksum_parse(const char *text, char out[CHECKSUM_SIZE])
{
    size_t length = digits_at(text);

    if (!length || text[length])
        return false;
    copy_lower(out, text, length);
    return true;
}

const char *checksum_kind(const char *checksum)
{
    return strlen(checksum) == SHA512_DIGITS ? "sha512" : "sha256";
}

/* Does the line (up to its end) consist of just this name? "./" before it is the same file. */
static bool is_name(const char *text, size_t length, const char *file)
{
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (length > 2 && strncmp(text, "./", 2) == 0)
        text += 2, length -= 2;
    return length == strlen(file) && strncmp(text, file, length) == 0;
}

/* Where in the line the digits of this file are, or NULL. */
static const char *line_digits(const char *line, size_t length, const char *file)
{
    size_t digits = digits_at(line);

    if (digits && digits + 2 < length && line[digits] == ' ' && (line[digits + 1] == ' ' || line[digits + 1] == '*'))
        return is_name(line + digits + 2, length - digits - 2, file) ? line : NULL;
    if (strncmp(line, "SHA256 (", 8) != 0 && strncmp(line, "SHA512 (", 8) != 0)
        return NULL;
    size_t name = strlen(file);
    if (length < 8 + name + 4 || strncmp(line + 8, file, name) != 0 || strncmp(line + 8 + name, ") = ", 4) != 0)
        return NULL;
    return digits_at(line + 8 + name + 4) ? line + 8 + name + 4 : NULL;
}

bool checksum_find(const char *text, const char *file, char out[CHECKSUM_SIZE])
{
    char one[CHECKSUM_SIZE];
    bool found = false;

    size_t alone = digits_at(text);
    if (alone && text[alone + strspn(text + alone, " \r\n")] == '\0') {
        copy_lower(out, text, alone);
        return true;
    }
    for (const char *line = text; *line; line += line[0] == '\n') {
        size_t length = strcspn(line, "\n");
        const char *digits = line_digits(line, length, file);
        if (digits) {
            copy_lower(one, digits, digits_at(digits));
            if (found && strlen(one) == strlen(out) && strcmp(one, out) != 0)
                return false;
            if (!found || strlen(one) > strlen(out))
                memcpy(out, one, sizeof(one));
            found = true;
        }
        line += length;
    }
    return found;
}

int checksum_of_file(const char *path, const char *example, char out[CHECKSUM_SIZE])
{
    uint8_t digest[SHA512_SIZE];
    bool is_long = strlen(example) == SHA512_DIGITS;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    int result = is_long ? sha512_fd(fd, digest) : sha256_fd(fd, digest);
    int error = errno;
    close(fd);
    errno = error;
    if (result == 0)
        hex_format(digest, is_long ? SHA512_SIZE : SHA256_SIZE, out);
    return result;
}
