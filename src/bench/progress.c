#include "bench/progress.h"
#include "common/process.h"

#include <stdarg.h>
#include <stdio.h>

void progress_start(struct progress *progress, int steps)
{
    *progress = (struct progress){.steps = steps, .start = process_clock()};
}

void progress_step(struct progress *progress, const char *format, ...)
{
    char text[256], left[32] = "";
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (progress->done) {
        double seconds = (process_clock() - progress->start) / progress->done * (progress->steps - progress->done);
        if (seconds < 100)
            snprintf(left, sizeof(left), ", %.0f s left", seconds);
        else
            snprintf(left, sizeof(left), ", %.0f min left", seconds / 60);
    }
    progress->done++;
    fprintf(stderr, "[%d/%d%s] %s\n", progress->done, progress->steps, left, text);
}

void progress_skip(struct progress *progress)
{
    progress->steps--;
}
