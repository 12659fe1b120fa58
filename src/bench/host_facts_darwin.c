#include "bench/host_facts.h"

#include <stdio.h>
#include <sys/sysctl.h>

static void add_text(cJSON *facts, const char *name, const char *key, const char *before)
{
    char value[128], text[160];
    size_t size = sizeof(value);

    if (sysctlbyname(key, value, &size, NULL, 0) == 0) {
        snprintf(text, sizeof(text), "%s%s", before, value);
        cJSON_AddStringToObject(facts, name, text);
    }
}

void host_facts_add_system(cJSON *facts)
{
    add_text(facts, "name", "kern.osproductversion", "macOS ");
    add_text(facts, "processor", "machdep.cpu.brand_string", "");
}

bool host_facts_can_run(const char *driver)
{
    return true;
}
