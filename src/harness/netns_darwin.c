#include "harness/netns.h"
#include "harness/message.h"

int netns_enter(const char *name, int make)
{
    return message_error("network namespaces (--netns %s) are Linux's; macOS has none", name);
}
