/* vmnet-helper: a cable between a virtual machine and the network.
 *
 * It opens a network interface with privilege, gives the privilege up, and forwards Ethernet frames
 * between the interface and a unix socket until the VM, the parent or a signal ends it. */
#include "common/log.h"
#include "common/version.h"
#include "helper/cleanup.h"
#include "helper/list.h"
#include "helper/run.h"
#include "helper/selftest.h"
#include "helper/signals.h"

/* In ten seconds: more than --stats-interval 1 and a VM that is restarted again and again. */
enum { LOG_LINES_MAX = 500 };

int main(int argc, char **argv)
{
    struct caller caller;
    struct options options;
    struct signals signals;

    signals_block(&signals);
    if (start_clean(&caller) < 0)
        return 1;
    if (options_parse(&options, argc, argv) < 0)
        return 2;
    log_set_verbose(options.verbose);
    log_set_limit(LOG_LINES_MAX);

    switch (options.action) {
    case ACTION_HELP:
        options_help(stdout);
        return fflush(stdout) < 0;
    case ACTION_VERSION:
        if (options.json)
            version_print_json();
        else
            version_print();
        return fflush(stdout) < 0;
    case ACTION_LIST:
        return list_run(options.json);
    case ACTION_CLEANUP:
        return cleanup_run();
    case ACTION_SELFTEST:
        return selftest_run();
    case ACTION_RUN:
        break;
    }
    return run(&options, &caller, &signals);
}
