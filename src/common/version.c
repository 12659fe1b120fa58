#include "common/version.h"

#include <stdio.h>

const char version_number[] = VERSION;
const char version_commit[] = COMMIT;

void version_print(void)
{
    printf("version: v%s\ncommit: %s\n", version_number, version_commit);
}

/* Neither has a character that JSON escapes: the build gives them. */
void version_print_json(void)
{
    printf("{\"version\":\"v%s\",\"commit\":\"%s\"}\n", version_number, version_commit);
}
