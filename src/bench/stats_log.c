#include "bench/stats_log.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool stats_log_time(const char *text, double *seconds)
{
    struct tm tm = {0};
    double second, offset = 0;
    char sign = 'Z';
    int hours = 0, minutes = 0, used = 0;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%9lf%c%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
               &second, &sign, &used) < 7)
        return false;
    if (sign == '+' || sign == '-') {
        if (sscanf(text + used, "%2d:%2d", &hours, &minutes) != 2)
            return false;
        offset = (sign == '+' ? 1 : -1) * (hours * 3600.0 + minutes * 60.0);
    } else if (sign != 'Z' && sign != 'z') {
        return false;
    }
    if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || !isfinite(second))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *seconds = (double)timegm(&tm) + second - offset;
    return true;
}

struct reading {
    char time[40];
    double seconds;
    struct stats_side host, vm;
};

static double counter(const cJSON *side, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(side, key);

    return cJSON_IsNumber(value) && isfinite(value->valuedouble) && value->valuedouble >= 0 ? value->valuedouble : -1;
}

static bool parse_side(const cJSON *root, const char *name, struct stats_side *side)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, name);

    side->packets = counter(object, "packets");
    side->bytes = counter(object, "bytes");
    side->drops = fmax(counter(object, "drops"), 0);
    side->fast = counter(object, "fast");
    side->slow = counter(object, "slow");
    return side->packets >= 0 && side->bytes >= 0;
}

static bool parse_line(const char *json, size_t length, struct reading *reading)
{
    cJSON *root = cJSON_ParseWithLength(json, length);
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(root, "time");
    bool good = cJSON_IsString(time) && text_copy(reading->time, sizeof(reading->time), time->valuestring) &&
                stats_log_time(reading->time, &reading->seconds) && parse_side(root, "host", &reading->host) &&
                parse_side(root, "vm", &reading->vm);

    cJSON_Delete(root);
    return good;
}

static bool difference(const struct stats_side *before, const struct stats_side *after, struct stats_side *out)
{
    bool both = before->fast >= 0 && after->fast >= 0 && before->slow >= 0 && after->slow >= 0;

    out->packets = after->packets - before->packets;
    out->bytes = after->bytes - before->bytes;
    out->drops = after->drops - before->drops;
    out->fast = both ? after->fast - before->fast : -1;
    out->slow = both ? after->slow - before->slow : -1;
    return out->packets >= 0 && out->bytes >= 0 && out->drops >= 0;
}

static bool sample_between(const struct reading *before, const struct reading *after, struct stats_sample *sample)
{
    sample->duration = after->seconds - before->seconds;
    text_copy(sample->time, sizeof(sample->time), after->time);
    return sample->duration > 0 && difference(&before->host, &after->host, &sample->host) &&
           difference(&before->vm, &after->vm, &sample->vm);
}

int stats_log_parse(const char *text, struct stats_sample **samples)
{
    static const char mark[] = "[stats] {";
    struct reading before = {0}, after;
    bool have_before = false;
    int count = 0, room = 0;

    *samples = NULL;
    for (const char *at = strstr(text, mark); at; at = strstr(at, mark)) {
        at += sizeof(mark) - 2;
        size_t length = strcspn(at, "\r\n");
        if (!parse_line(at, length, &after))
            continue;
        if (count == room) {
            room = room ? 2 * room : 64;
            struct stats_sample *larger = realloc(*samples, (size_t)room * sizeof(*larger));
            if (!larger) {
                free(*samples);
                *samples = NULL;
                return -1;
            }
            *samples = larger;
        }
        if (have_before && sample_between(&before, &after, &(*samples)[count]))
            count++;
        before = after;
        have_before = true;
    }
    return count;
}
