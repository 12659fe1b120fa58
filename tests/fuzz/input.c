#include "fuzz/input.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void input_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: must be: %s\n", file, line, condition);
    abort();
}

const char *input_file(const void *data, size_t size)
{
    static char path[64];
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("input", MFD_CLOEXEC);
        must(fd >= 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

char *input_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    must(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

int input_words(char *text, char *name, char **words, int max)
{
    int count = 1;

    words[0] = name;
    while (text && count < max - 1)
        words[count++] = strsep(&text, "\n");
    words[count] = NULL;
    return count;
}
