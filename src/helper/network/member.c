#include "common/text.h"
#include "helper/network/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MEMBER_SIZE 64

/* Field 22 of /proc/PID/stat (man 5 proc): clock ticks from the boot to the start of the process.
 * 0 if there is no such process, or only its zombie. */
static unsigned long long start_time(long pid)
{
    char path[64], text[1024], process_state;
    unsigned long long ticks = 0;

    text_format(path, sizeof(path), "/proc/%ld/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t count = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (count <= 0)
        return 0;
    text[count] = '\0';

    /* The command's name is in parentheses and may hold blanks and parentheses itself. */
    const char *rest = strrchr(text, ')');
    if (!rest || sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                        &process_state, &ticks) != 2)
        return 0;
    return process_state == 'Z' || process_state == 'X' ? 0 : ticks;
}

static void member_name(char *name, const char *tap)
{
    text_format(name, MEMBER_SIZE, "member:%s", tap);
}

int state_member_add(int network, const char *tap)
{
    char name[MEMBER_SIZE], text[64];

    member_name(name, tap);
    text_format(text, sizeof(text), "%ld %llu\n", (long)getpid(), start_time(getpid()));
    return state_write(network, name, text);
}

void state_member_remove(int network, const char *tap)
{
    char name[MEMBER_SIZE];

    member_name(name, tap);
    unlinkat(network, name, 0);
}

bool state_member_lives(int network, const char *tap)
{
    char name[MEMBER_SIZE], text[64];
    long pid;
    unsigned long long ticks;

    member_name(name, tap);
    return state_read(network, name, text, sizeof(text)) > 0 && sscanf(text, "%ld %llu", &pid, &ticks) == 2 &&
           ticks && start_time(pid) == ticks;
}
