/* bridge.conf: any bytes. A name is only allowed if a line of the text says so. */
#include "fuzz/input.h"
#include "helper/acl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Without a NUL behind it, as it is in the helper. */
    char *text = malloc(size ? size : 1);
    bool allowed = false, kept = true;

    must(text);
    memcpy(text, data, size);
    unsigned line = acl_decide(text, size, "eth0", &allowed);
    must(line <= size + 1);
    if (line == 0 && allowed)
        must(memmem(text, size, "allow", 5) && (memmem(text, size, "eth0", 4) || memmem(text, size, "all", 3)));
    must(acl_decide(text, size, "eth0", &kept) == line);
    if (line == 0 && !kept)
        must(memmem(text, size, "deny", 4) != NULL);
    /* What is denied by one is not allowed by another default. */
    must(line || !allowed || kept);
    free(text);
    return 0;
}
