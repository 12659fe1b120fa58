#include "helper/cleanup.h"
#include "common/log.h"
#include "helper/network/network.h"
#include "helper/privileges.h"

int cleanup_run(void)
{
    if (!privileges_suffice())
        return 1;
    int count = network_cleanup();
    if (count < 0)
        return 1;
    log_info("main", "removed %d network%s", count, count == 1 ? "" : "s");
    return 0;
}
