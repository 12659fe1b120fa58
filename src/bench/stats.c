/* bench stats: what a helper's log tells about its traffic. */
#include "bench/command.h"
#include "bench/stats_log.h"
#include "common/file.h"
#include "common/log.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vmnet-bench stats [-o yaml|json] LOG\n"
    "\n"
    "Packets, bytes, drops and bit rate of each interval between the [stats] lines of a helper's log\n"
    "(vmnet-helper --stats-interval), and of all together. `host` is towards the VM, `vm` from it.\n"
    "\n"
    "  -o, --output FORMAT   yaml (default) or json\n"
    "  -h, --help            show this text\n";

enum { LOG_MAX = 256 << 20 };

static void add(struct stats_side *total, const struct stats_side *side)
{
    total->packets += side->packets;
    total->bytes += side->bytes;
    total->drops += side->drops;
    total->fast = side->fast < 0 || total->fast < 0 ? -1 : total->fast + side->fast;
    total->slow = side->slow < 0 || total->slow < 0 ? -1 : total->slow + side->slow;
}

static void side_json(cJSON *parent, const char *name, const struct stats_side *side, double duration)
{
    cJSON *object = cJSON_AddObjectToObject(parent, name);

    cJSON_AddNumberToObject(object, "packets", side->packets);
    cJSON_AddNumberToObject(object, "bytes", side->bytes);
    cJSON_AddNumberToObject(object, "drops", side->drops);
    if (side->fast >= 0) {
        cJSON_AddNumberToObject(object, "fast", side->fast);
        cJSON_AddNumberToObject(object, "slow", side->slow);
    }
    cJSON_AddNumberToObject(object, "bits_per_second", duration > 0 ? side->bytes * 8 / duration : 0);
    cJSON_AddNumberToObject(object, "packets_per_second", duration > 0 ? side->packets / duration : 0);
}

static int print_json(const struct stats_sample *samples, int count, const struct stats_sample *total)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "samples");

    for (int i = 0; i <= count; i++) {
        const struct stats_sample *sample = i < count ? &samples[i] : total;
        cJSON *object = i < count ? cJSON_CreateObject() : cJSON_AddObjectToObject(root, "total");
        if (i < count) {
            cJSON_AddStringToObject(object, "time", sample->time);
            cJSON_AddItemToArray(list, object);
        }
        cJSON_AddNumberToObject(object, "duration", sample->duration);
        side_json(object, "host", &sample->host, sample->duration);
        side_json(object, "vm", &sample->vm, sample->duration);
    }
    char *text = cJSON_Print(root);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(root);
    return text ? 0 : 1;
}

static void side_yaml(const char *name, const char *indent, const struct stats_side *side, double duration)
{
    printf("%s%s: {packets: %.0f, bytes: %.0f, drops: %.0f", indent, name, side->packets, side->bytes, side->drops);
    if (side->fast >= 0)
        printf(", fast: %.0f, slow: %.0f", side->fast, side->slow);
    printf(", bits_per_second: %.0f, packets_per_second: %.0f}\n", duration > 0 ? side->bytes * 8 / duration : 0,
           duration > 0 ? side->packets / duration : 0);
}

static void print_yaml(const struct stats_sample *samples, int count, const struct stats_sample *total)
{
    puts(count ? "samples:" : "samples: []");
    for (int i = 0; i < count; i++) {
        /* The time was parsed, but its end was not: quoted, and without what ends the quotes. */
        printf("- time: \"%.*s\"\n  duration: %.3f\n", (int)strcspn(samples[i].time, "\"\\"), samples[i].time,
               samples[i].duration);
        side_yaml("host", "  ", &samples[i].host, samples[i].duration);
        side_yaml("vm", "  ", &samples[i].vm, samples[i].duration);
    }
    printf("total:\n  duration: %.3f\n", total->duration);
    side_yaml("host", "  ", &total->host, total->duration);
    side_yaml("vm", "  ", &total->vm, total->duration);
}

static int show(const char *path, bool json)
{
    struct stats_sample *samples, total = {0};
    char *text = file_read(path, LOG_MAX, NULL);

    if (!text) {
        log_error("bench", "cannot read \"%s\": %s", path, strerror(errno));
        return 1;
    }
    int count = stats_log_parse(text, &samples);
    free(text);
    if (count <= 0) {
        log_error("bench", count < 0 ? "out of memory" : "\"%s\" has not two [stats] lines: "
                  "start the helper with --stats-interval", path);
        free(samples);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        total.duration += samples[i].duration;
        add(&total.host, &samples[i].host);
        add(&total.vm, &samples[i].vm);
    }
    int result = 0;
    if (json)
        result = print_json(samples, count, &total);
    else
        print_yaml(samples, count, &total);
    free(samples);
    return result;
}

int command_stats(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
    bool json = false;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'o':
            if (strcmp(optarg, "json") && strcmp(optarg, "yaml"))
                return command_usage_error("stats", "-o: unknown format \"%s\": yaml or json", optarg);
            json = !strcmp(optarg, "json");
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            return command_usage_error("stats", "unknown option, or one without its value");
        }
    if (argc - optind != 1)
        return command_usage_error("stats", "one log file is needed");
    return show(argv[optind], json);
}
