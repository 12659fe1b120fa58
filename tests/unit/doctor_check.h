/* What a check reported, for tests of the doctor. */
#ifndef TESTS_DOCTOR_CHECK_H
#define TESTS_DOCTOR_CHECK_H

#include "unit/unit.h"
#include "harness/doctor_report.h"

#include <string.h>

static inline struct report open_report(void)
{
    return (struct report){.array = cJSON_CreateArray()};
}

static inline const char *field(const struct report *report, int index, const char *key)
{
    const cJSON *item = cJSON_GetArrayItem(report->array, index);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, key));

    return text ? text : "";
}

/* The report has this one finding, with these words in what was found and in the remedy; frees it. */
static inline void expect(struct report *report, const char *result, const char *found, const char *remedy)
{
    assert_int_equal(cJSON_GetArraySize(report->array), 1);
    assert_string_equal(field(report, 0, "result"), result);
    assert_int_equal(report->blocked, strcmp(result, "blocks") == 0);
    if (!strstr(field(report, 0, "found"), found))
        assert_string_equal(field(report, 0, "found"), found);
    if (!strstr(field(report, 0, "remedy"), remedy))
        assert_string_equal(field(report, 0, "remedy"), remedy);
    assert_int_equal(*field(report, 0, "why") != '\0', strcmp(result, "ok") != 0);
    cJSON_Delete(report->array);
}

#endif
