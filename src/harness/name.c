#include "harness/name.h"
#include "harness/message.h"

#include <stdio.h>
#include <string.h>

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool name_is_good(const char *name)
{
    size_t length = 0;

    if (!is_alphanumeric(name[0]))
        return false;
    for (; name[length]; length++)
        if (length == NAME_SIZE - 1 || (!is_alphanumeric(name[length]) && !strchr("._-", name[length])))
            return false;
    return true;
}

void name_reason(const char *what, const char *name, char *text, size_t size)
{
    snprintf(text, size, "bad %s \"%.80s%s\": use 1 to %d letters, digits, \".\", \"_\" and \"-\", "
             "starting with a letter or digit", what, name, strlen(name) > 80 ? "..." : "", NAME_SIZE - 1);
}

int name_check(const char *what, const char *name)
{
    char reason[256];

    if (name_is_good(name))
        return 0;
    name_reason(what, name, reason, sizeof(reason));
    return message_error("%s", reason);
}

void name_to_host(const char *name, char *host)
{
    size_t length = 0;

    for (; length < NAME_SIZE - 1 && name[length]; length++)
        host[length] = is_alphanumeric(name[length]) ? name[length] : '-';
    /* A host name does not end with a hyphen either. */
    while (length > 1 && host[length - 1] == '-')
        length--;
    host[length] = '\0';
}
