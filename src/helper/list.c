#include "helper/list.h"
#include "common/log.h"
#include "helper/interface.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

static void print_line(const char *name, void *context)
{
    puts(name);
}

static void add_to_array(const char *name, void *context)
{
    cJSON_AddItemToArray(context, cJSON_CreateString(name));
}

/* ["en0","en1"] */
static int print_json(void)
{
    cJSON *names = cJSON_CreateArray();
    int result = interface_list_shared(add_to_array, names);
    char *text = result == 0 ? cJSON_PrintUnformatted(names) : NULL;

    cJSON_Delete(names);
    if (result == 0 && !text) {
        log_error("main", "not enough memory");
        result = -1;
    }
    if (text)
        puts(text);
    free(text);
    return result;
}

int list_run(bool json)
{
    int result = json ? print_json() : interface_list_shared(print_line, NULL);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        log_error("main", "cannot write to standard output");
        return 1;
    }
    return result < 0;
}
