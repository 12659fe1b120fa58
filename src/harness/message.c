#include "harness/message.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_SIZE = 4096, TAIL_BYTES = 16384 };

/* One write for the whole line: the lines of two commands on one terminal never mix. */
static void __attribute__((format(printf, 2, 0))) print_line(const char *prefix, const char *format, va_list args)
{
    char text[TEXT_SIZE], printable[TEXT_SIZE], line[TEXT_SIZE + 64];

    vsnprintf(text, sizeof(text), format, args);
    text_printable(printable, sizeof(printable), text, strlen(text));
    int length = snprintf(line, sizeof(line), "%s%s\n", prefix, printable);
    file_write_all(STDERR_FILENO, line, (size_t)length);
}

int message_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    print_line("error: ", format, args);
    va_end(args);
    return -1;
}

void message_progress(double start, const char *format, ...)
{
    char prefix[32];
    va_list args;

    snprintf(prefix, sizeof(prefix), "[%5.1f] ", process_clock() - start);
    va_start(args, format);
    print_line(prefix, format, args);
    va_end(args);
}

/* The start of the last lines of text; a newline at its end counts for none. */
static const char *last_lines(const char *text, size_t length, int lines)
{
    const char *start = text + length;

    if (start > text && start[-1] == '\n')
        start--;
    while (start > text && (start[-1] != '\n' || --lines > 0))
        start--;
    return start;
}

void message_log_tail(const char *path, int lines)
{
    char text[TAIL_BYTES + 1], printable[1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    off_t end = lseek(fd, 0, SEEK_END);
    ssize_t length = end < 0 ? -1 : pread(fd, text, TAIL_BYTES, end > TAIL_BYTES ? end - TAIL_BYTES : 0);
    close(fd);
    if (length <= 0)
        return;
    text[length] = '\0';
    for (const char *line = last_lines(text, (size_t)length, lines); *line;) {
        size_t size = strcspn(line, "\r\n");
        text_printable(printable, sizeof(printable), line, size);
        if (size)
            fprintf(stderr, "  %s\n", printable);
        line += size;
        line += strspn(line, "\r\n");
    }
}
