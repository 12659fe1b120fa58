#include "helper/cleanup.h"
#include "common/log.h"

/* An interface of vmnet's goes with the process that started it, however that ends. */
int cleanup_run(void)
{
    log_info("main", "removed 0 networks: macOS removes an interface with its helper");
    return 0;
}
