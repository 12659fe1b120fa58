#include "harness/public_keys.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 65536 };

/* The length of "TYPE KEY" at the start of a line, or 0. */
static size_t key_length(const char *line)
{
    static const char *const types[] = {"ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char base64[80], name[80];
    bool known = false;

    snprintf(base64, sizeof(base64), "%s+/=", letters);
    snprintf(name, sizeof(name), "%s-@.", letters);
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        known |= strncmp(line, types[i], strlen(types[i])) == 0;
    size_t type = strspn(line, name), key = line[type] == ' ' ? strspn(line + type + 1, base64) : 0;
    const char *end = line + type + 1 + key;
    /* The shortest is ed25519's with 68. */
    return known && key >= 68 && (!*end || *end == ' ' || *end == '\t') ? type + 1 + key : 0;
}

static int read_file(const char *path, FILE *out)
{
    char *text = file_read(path, FILE_MAX, NULL);
    int number = 0, keys = 0, result = 0;

    if (!text)
        return message_error("cannot read the SSH key %s: %s", path, strerror(errno));
    for (char *line = text, *next; result == 0 && *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        number++;
        if (!*line || *line == '#')
            continue;
        size_t length = key_length(line);
        if (length)
            fprintf(out, "%.*s\n", (int)length, line);
        else
            result = message_error("%s:%d: not a public SSH key; those are in files whose names end with .pub", path,
                                   number);
        keys++;
    }
    free(text);
    if (result == 0 && !keys)
        result = message_error("%s holds no SSH key", path);
    return result;
}

char *public_keys_read(const char *paths)
{
    char *text = NULL, path[PATH_MAX];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int result = out ? 0 : message_error("not enough memory");

    while (result == 0 && paths && *paths) {
        size_t length = strcspn(paths, "\n");
        text_format(path, sizeof(path), "%.*s", (int)length, paths);
        result = read_file(path, out);
        paths += length + (paths[length] == '\n');
    }
    if (out)
        fclose(out);
    if (result == 0)
        return text;
    free(text);
    return NULL;
}
