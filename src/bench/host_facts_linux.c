#include "bench/host_facts.h"
#include "bench/capture.h"
#include "common/file.h"
#include "common/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of the line "key : value" or KEY="value" of a system file. */
static void add_line(cJSON *facts, const char *name, const char *path, const char *key, const char *trim)
{
    char *text = file_read(path, 4 << 20, NULL), value[128];
    const char *line = text;

    while (line && strncmp(line, key, strlen(key)))
        line = (line = strchr(line, '\n')) ? line + 1 : NULL;
    if (line) {
        line += strlen(key);
        line += strspn(line, trim);
        size_t length = strcspn(line, "\n");
        while (length && strchr(trim, line[length - 1]))
            length--;
        text_printable(value, sizeof(value), line, length);
        if (*value)
            cJSON_AddStringToObject(facts, name, value);
    }
    free(text);
}

/* What passt says of itself is "unknown version" where a distribution built it: the package's version then. */
static void add_passt(cJSON *facts)
{
    static const char *const asked[][6] = {{"passt", "--version"}, {"dpkg-query", "-W", "-f=passt ${Version}", "passt"}};
    char *output = NULL, line[96];

    for (int i = 0; i < 2; i++, free(output), output = NULL) {
        struct capture capture;
        if (capture_start(&capture, asked[i], -1) < 0)
            return;
        if (capture_finish(&capture, 10, &output) != 0 || !output || strstr(output, "unknown version"))
            continue;
        text_printable(line, sizeof(line), output, strcspn(output, "\n"));
        cJSON_AddStringToObject(facts, "passt", line);
        free(output);
        return;
    }
}

void host_facts_add_system(cJSON *facts)
{
    add_line(facts, "name", "/etc/os-release", "PRETTY_NAME", "=\"");
    add_line(facts, "processor", "/proc/cpuinfo", "model name", " \t:");
    add_line(facts, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "", " ");
    if (!cJSON_HasObjectItem(facts, "governor"))
        cJSON_AddStringToObject(facts, "governor", "none: the system does not set the frequency");
    add_passt(facts);
    cJSON_AddBoolToObject(facts, "kvm_device", access("/dev/kvm", R_OK | W_OK) == 0);
}

bool host_facts_can_run(const char *driver)
{
    return !strcmp(driver, "qemu");
}
