#include "bench/round_trips.h"

#include <stddef.h>

char *round_trips_json(const struct round_trips *trips)
{
    static const struct {
        const char *name;
        double quantile;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};
    cJSON *root = cJSON_CreateObject();
    cJSON *content = cJSON_AddObjectToObject(root, "bench");
    cJSON *microseconds = cJSON_AddObjectToObject(content, "round_trip_us");

    cJSON_AddNumberToObject(microseconds, "min", (double)trips->times.min / 1e3);
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
        cJSON_AddNumberToObject(microseconds, quantiles[i].name,
                                (double)histogram_quantile(&trips->times, quantiles[i].quantile) / 1e3);
    cJSON_AddNumberToObject(microseconds, "max", (double)trips->times.max / 1e3);
    cJSON_AddNumberToObject(content, "count", (double)trips->times.count);
    cJSON_AddNumberToObject(content, "lost", (double)trips->lost);
    cJSON_AddItemToObject(content, "histogram_ns", histogram_json(&trips->times));
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}
