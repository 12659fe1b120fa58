#include "bench/process_words.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>

/* The number of words, the program's path with NULs after it, the words, the environment (xnu, sysctl_procargsx). */
cJSON *process_words(pid_t pid)
{
    int name[] = {CTL_KERN, KERN_PROCARGS2, (int)pid}, count;
    size_t size = 1 << 20;
    char *text = pid > 0 ? malloc(size) : NULL;
    cJSON *words = NULL;

    if (text && sysctl(name, 3, text, &size, NULL, 0) == 0 && size > sizeof(count)) {
        const char *end = text + size, *at = text + sizeof(count);
        memcpy(&count, text, sizeof(count));
        at += strnlen(at, (size_t)(end - at));
        while (at < end && !*at)
            at++;
        words = process_words_parse(at, (size_t)(end - at), count);
    }
    free(text);
    return words;
}
