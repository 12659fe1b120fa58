/* What the doctor found: one finding a check, told as it is made and kept as JSON.
 *
 * The keys of a finding are check, result ("ok", "note" or "blocks"), found and, unless it is ok,
 * why (what comes of it) and remedy (a command, or what to do). */
#ifndef HARNESS_DOCTOR_REPORT_H
#define HARNESS_DOCTOR_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

enum severity {
    FINE,
    NOTE,   /* a VM starts, but something does not work or is slow */
    BLOCKS, /* no VM starts, or none gets an address */
};

struct report {
    cJSON *array;  /* the findings; the caller's */
    FILE *out;     /* where they are told; NULL: nowhere */
    bool bad_only; /* those that are fine are neither told nor kept */
    bool blocked;
};

void report_fine(struct report *report, const char *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void report_bad(struct report *report, enum severity severity, const char *check, const char *why, const char *remedy,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
