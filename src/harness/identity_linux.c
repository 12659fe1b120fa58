#include "harness/identity.h"
#include "common/file.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The time of start counts from the boot: the boot belongs to it. */
static void boot_name(char *text, size_t size)
{
    char *id = file_read("/proc/sys/kernel/random/boot_id", 64, NULL);

    text_format(text, size, "%.8s", id ? id : "");
    free(id);
}

int identity_of(pid_t pid, struct identity *identity)
{
    char path[64], boot[16], state;
    unsigned long long start;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    char *stat = file_read(path, 4096, NULL);
    /* The name in parentheses may hold anything (man 5 proc): count from its end. */
    char *rest = stat ? strrchr(stat, ')') : NULL;
    int found = rest ? sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
                              "%llu", &state, &start) : 0;
    free(stat);
    if (found != 2 || state == 'Z' || state == 'X')
        return -1;
    boot_name(boot, sizeof(boot));
    identity->pid = pid;
    text_format(identity->start, sizeof(identity->start), "%llu-%s", start, boot);
    return 0;
}
