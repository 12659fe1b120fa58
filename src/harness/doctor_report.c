#include "harness/doctor_report.h"
#include "common/text.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

static const char *const results[] = {"ok", "note", "blocks"};

/* Names of files and programs are in it, which others chose. */
static void print_line(FILE *out, const char *result, const char *check, const char *label, const char *text)
{
    char printable[2 * PATH_MAX];

    text_printable(printable, sizeof(printable), text, strlen(text));
    fprintf(out, "%-7s %-16s %s%s\n", result, check, label, printable);
}

static void add(struct report *report, enum severity severity, const char *check, const char *found, const char *why,
                const char *remedy)
{
    cJSON *item = report->array ? cJSON_CreateObject() : NULL;

    report->blocked |= severity == BLOCKS;
    if (item) {
        cJSON_AddStringToObject(item, "check", check);
        cJSON_AddStringToObject(item, "result", results[severity]);
        cJSON_AddStringToObject(item, "found", found);
        if (severity != FINE) {
            cJSON_AddStringToObject(item, "why", why);
            cJSON_AddStringToObject(item, "remedy", remedy);
        }
        cJSON_AddItemToArray(report->array, item);
    }
    if (!report->out)
        return;
    print_line(report->out, results[severity], check, "", found);
    if (severity != FINE) {
        print_line(report->out, "", "", "why: ", why);
        print_line(report->out, "", "", "remedy: ", remedy);
    }
}

void report_fine(struct report *report, const char *check, const char *format, ...)
{
    char found[PATH_MAX];
    va_list args;

    if (report->bad_only)
        return;
    va_start(args, format);
    vsnprintf(found, sizeof(found), format, args);
    va_end(args);
    add(report, FINE, check, found, NULL, NULL);
}

void report_bad(struct report *report, enum severity severity, const char *check, const char *why, const char *remedy,
                const char *format, ...)
{
    char found[PATH_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(found, sizeof(found), format, args);
    va_end(args);
    add(report, severity, check, found, why, remedy);
}
