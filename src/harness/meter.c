#include "harness/meter.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void meter_begin(struct meter *meter, const char *what, double started)
{
    double now = process_clock();

    *meter = (struct meter){.what = what, .started = started, .told = now, .measured = now, .last_bytes = -1,
                            .is_terminal = isatty(STDERR_FILENO) == 1};
}

char *meter_amount(double bytes, char text[32])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;

    for (; bytes >= 1024 && unit < 4; unit++)
        bytes /= 1024;
    snprintf(text, 32, unit && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return text;
}

/* A rate that follows changes, but does not jump. */
static void measure(struct meter *meter, double bytes, double now)
{
    double seconds = now - meter->measured;

    if (meter->last_bytes < 0 || bytes < meter->last_bytes) {
        meter->last_bytes = bytes;
        meter->measured = now;
    } else if (seconds >= 0.5) {
        double rate = (bytes - meter->last_bytes) / seconds;
        meter->rate = meter->rate > 0 ? 0.7 * meter->rate + 0.3 * rate : rate;
        meter->last_bytes = bytes;
        meter->measured = now;
    }
}

static void describe(const struct meter *meter, double bytes, double total, char *text, size_t size)
{
    char amount[32], whole[32], rate[32], left[48] = "";
    double seconds = meter->rate > 1 && total > bytes ? (total - bytes) / meter->rate : -1;

    if (seconds >= 0 && seconds < 100 * 3600)
        snprintf(left, sizeof(left), seconds < 100 ? ", %.0f s left" : ", %.0f min left",
                 seconds < 100 ? seconds : seconds / 60);
    if (total > 0)
        snprintf(text, size, "%s: %.0f%% of %s, %s/s%s", meter->what, 100 * bytes / total,
                 meter_amount(total, whole), meter_amount(meter->rate, rate), left);
    else
        snprintf(text, size, "%s: %s, %s/s", meter->what, meter_amount(bytes, amount),
                 meter_amount(meter->rate, rate));
}

void meter_update(struct meter *meter, double bytes, double total)
{
    double now = process_clock();
    char text[256], line[320];

    measure(meter, bytes, now);
    if (now - meter->told < (meter->is_terminal ? 0.3 : 2))
        return;
    meter->told = now;
    describe(meter, bytes, total, text, sizeof(text));
    if (!meter->is_terminal) {
        message_progress(meter->started, "%s", text);
        return;
    }
    /* Back to the first column, and no rest of a longer line. */
    int length = snprintf(line, sizeof(line), "\r[%5.1f] %s\033[K", now - meter->started, text);
    file_write_all(STDERR_FILENO, line, (size_t)length);
    meter->has_line = true;
}

void meter_end(struct meter *meter)
{
    if (meter->has_line)
        file_write_all(STDERR_FILENO, "\n", 1);
    meter->has_line = false;
}
