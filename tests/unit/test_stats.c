#include "helper/stats.h"
#include "unit/unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static void the_line_is_json_with_both_directions(void **state)
{
    struct stats stats = {0};
    char text[512];

    stats_add(&stats.host.packets, 7);
    stats_add(&stats.host.packets, 5);
    stats_add(&stats.vm.bad, 3);
    cJSON *json = cJSON_Parse(stats_format(&stats, text, sizeof(text)));
    assert_non_null(json);
    static const char *const keys[] = {"packets", "bytes", "drops", "bad", "guarded", "fast", "slow"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_true(cJSON_IsNumber(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "host"), keys[i])));
        assert_true(cJSON_IsNumber(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "vm"), keys[i])));
    }
    assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "host"), "packets")->valueint, 12);
    assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "vm"), "bad")->valueint, 3);
    cJSON_Delete(json);
}

static void the_time_has_milliseconds_and_a_zone(void **state)
{
    struct stats stats = {0};
    char text[512];
    int year, month, day, hour, minute, second, thousandth, zone, zone_minute;
    char sign;

    stats_format(&stats, text, sizeof(text));
    int fields = sscanf(text, "{\"time\": \"%4d-%2d-%2dT%2d:%2d:%2d.%3d%c%2d:%2d\"", &year, &month, &day, &hour,
                        &minute, &second, &thousandth, &sign, &zone, &zone_minute);
    assert_int_equal(fields, 10);
    assert_true(sign == '+' || sign == '-');
}

static void the_largest_counters_fit_a_log_line(void **state)
{
    struct stats stats;
    char text[560];

    memset(&stats, 0xff, sizeof(stats));
    cJSON *json = cJSON_Parse(stats_format(&stats, text, sizeof(text)));
    assert_non_null(json);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_is_json_with_both_directions),
        cmocka_unit_test(the_time_has_milliseconds_and_a_zone),
        cmocka_unit_test(the_largest_counters_fit_a_log_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
