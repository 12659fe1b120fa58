#include "bench/process_cpu.h"
#include "common/file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double process_cpu(pid_t pid)
{
    char path[64];
    unsigned long user, system;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    char *text = file_read(path, 4096, NULL);
    if (!text)
        return -1;
    /* The name, in brackets, may hold anything: what follows its last bracket counts (man 5 proc). */
    const char *after = strrchr(text, ')');
    bool good = after && sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2;
    free(text);
    return good ? (double)(user + system) / (double)sysconf(_SC_CLK_TCK) : -1;
}
