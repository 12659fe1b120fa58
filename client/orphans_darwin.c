#include "orphans.h"

/* macOS has no way to adopt orphans: scripts there have to start the VM by exec. */
void client_orphans_adopt(void)
{
}

void client_orphans_watch(struct client_orphans *orphans, pid_t command)
{
}

void client_orphans_end(const struct client_orphans *orphans, double grace)
{
}
