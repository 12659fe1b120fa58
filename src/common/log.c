#include "common/log.h"
#include "common/log_limit.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long a full pipe may hold up a line. */
enum { ROOM_MS = 200 };

static bool verbose;
static struct log_limit limit;
static pthread_mutex_t limit_lock = PTHREAD_MUTEX_INITIALIZER;

void log_set_verbose(bool on)
{
    verbose = on;
}

void log_set_limit(unsigned lines)
{
    limit.most = lines;
}

static bool is_allowed(unsigned long *left_out)
{
    *left_out = 0;
    if (!limit.most)
        return true;
    pthread_mutex_lock(&limit_lock);
    bool allowed = log_limit_allows(&limit, process_clock(), left_out);
    pthread_mutex_unlock(&limit_lock);
    return allowed;
}

/* Nothing is left to tell it to when stderr is gone; and a reader who has stopped to read must not stop us:
 * its line is lost. */
static void write_whole(const char *line, int length)
{
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (poll(&room, 1, ROOM_MS) > 0) {
        ssize_t written = write(STDERR_FILENO, line, (size_t)length);
        (void)written;
    }
}

static void __attribute__((format(printf, 3, 0))) write_line(const char *level, const char *tag, const char *format,
                                                             va_list args)
{
    int saved = errno;
    char text[512];
    char safe[1000];
    char line[1100];

    unsigned long left_out;

    if (is_allowed(&left_out)) {
        if (left_out)
            write_whole(line, snprintf(line, sizeof(line), "%-5s [%s] %lu lines were left out\n", "WARN", "log", left_out));
        vsnprintf(text, sizeof(text), format, args);
        text_printable(safe, sizeof(safe), text, strlen(text));
        write_whole(line, snprintf(line, sizeof(line), "%-5s [%s] %s\n", level, tag, safe));
    }
    errno = saved;
}

#define LOG_FUNCTION(name, level)              \
    void name(const char *tag, const char *format, ...) \
    {                                          \
        va_list args;                          \
        va_start(args, format);                \
        write_line(level, tag, format, args);  \
        va_end(args);                          \
    }

LOG_FUNCTION(log_error, "ERROR")
LOG_FUNCTION(log_warn, "WARN")
LOG_FUNCTION(log_info, "INFO")

void log_debug(const char *tag, const char *format, ...)
{
    if (!verbose)
        return;
    va_list args;
    va_start(args, format);
    write_line("DEBUG", tag, format, args);
    va_end(args);
}
