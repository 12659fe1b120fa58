#include "common/text.h"
#include "helper/network/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MEMBER_SIZE 64

#define UNKNOWN_TIME (~0ULL)

static bool is_gone(int error)
{
    return error == ENOENT || error == ESRCH;
}

/* Field 22 of /proc/PID/stat (man 5 proc): clock ticks from the boot to the start of the process.
 * 0 if there is no such process, or only its zombie; UNKNOWN_TIME if it cannot be read now. */
static unsigned long long start_time(long pid)
{
    char path[64], text[1024], process_state;
    unsigned long long ticks = 0;

    text_format(path, sizeof(path), "/proc/%ld/stat", pid);
    if (state_read(AT_FDCWD, path, text, sizeof(text)) < 0)
        return is_gone(errno) ? 0 : UNKNOWN_TIME;

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
    unsigned long long ticks = start_time(getpid());

    /* Others would take us for dead. */
    if (!ticks || ticks == UNKNOWN_TIME)
        return -1;
    member_name(name, tap);
    text_format(text, sizeof(text), "%ld %llu\n", (long)getpid(), ticks);
    return state_write(network, name, text);
}

int state_member_remove(int network, const char *tap)
{
    char name[MEMBER_SIZE];

    member_name(name, tap);
    return unlinkat(network, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

bool state_member_lives(int network, const char *tap)
{
    char name[MEMBER_SIZE], text[64];
    long pid;
    unsigned long long ticks;

    member_name(name, tap);
    if (state_read(network, name, text, sizeof(text)) < 0)
        return errno != ENOENT;
    if (sscanf(text, "%ld %llu", &pid, &ticks) != 2 || !ticks)
        return false;
    unsigned long long now = start_time(pid);
    return now == ticks || now == UNKNOWN_TIME;
}
