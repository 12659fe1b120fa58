/* Theory of operation
 *
 * The command is in the client's own process group, so that a VM with a console on the terminal may
 * read it, and Ctrl-C reaches the command from the kernel. The helper is in another group: it stays
 * until the command is gone, because a guest that shuts down may need its network for that.
 *
 * A signal to the client goes on to the command; but Ctrl-C and Ctrl-\ on a terminal went to the
 * whole group already, and are not sent twice. From the first of them on the command
 * has the grace to end in its own way. When the helper ends, the command is told by SIGTERM.
 *
 * A helper that ends well (status 0) mostly does so because the command closed its socket by ending,
 * and its news may come before the command's: wait a moment for that before calling it a loss. */
#include "supervise.h"
#include "orphans.h"
#include "signals.h"
#include "common/log.h"
#include "common/process.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>

const double client_grace = 5;

static const double settle = 1;

struct watch {
    pid_t command;
    double term_at; /* when to send SIGTERM, SIGKILL: seconds of process_clock(), or INFINITY */
    double kill_at;
    bool told_to_stop; /* by a signal */
    bool helper_gone;
    bool helper_lost; /* it ended, and the command did not end by itself */
};

static double earlier(double a, double b)
{
    return a < b ? a : b;
}

static void wait_for_event(int signals, double until)
{
    struct pollfd fd = {.fd = signals, .events = POLLIN};
    double left = until - process_clock();

    poll(&fd, 1, isinf(until) ? -1 : left <= 0 ? 0 : (int)(left * 1000) + 1);
}

static void handle_signals(struct watch *watch)
{
    struct client_signal taken;

    while (client_signals_take(&taken)) {
        if (taken.number == SIGCHLD)
            continue;
        client_orphans_adopt();
        if (!taken.to_group)
            kill(watch->command, taken.number);
        watch->told_to_stop = true;
        watch->kill_at = earlier(watch->kill_at, process_clock() + client_grace);
    }
}

static void handle_helper(struct watch *watch, struct client_helper *helper)
{
    if (watch->helper_gone || !client_helper_ended(helper))
        return;
    watch->helper_gone = true;
    watch->term_at = process_clock() + (helper->status == 0 ? settle : 0);
}

static void handle_times(struct watch *watch, const struct client_helper *helper)
{
    double now = process_clock();

    if (now >= watch->kill_at) {
        log_warn("client", "the command did not end within %.0f s: killed", client_grace);
        kill(watch->command, SIGKILL);
        watch->kill_at = INFINITY;
    }
    if (now >= watch->term_at) {
        log_error("client", "the helper ended with exit status %d, so the command cannot go on: ending it",
                  helper->status);
        client_orphans_adopt();
        kill(watch->command, SIGTERM);
        watch->helper_lost = true;
        watch->term_at = INFINITY;
        watch->kill_at = earlier(watch->kill_at, now + client_grace);
    }
}

int client_supervise(struct client_helper *helper, pid_t command, int signals)
{
    struct watch watch = {.command = command, .term_at = INFINITY, .kill_at = INFINITY};
    struct client_orphans orphans;
    int status;

    client_orphans_watch(&orphans, command);
    /* The helper is asked first: what is seen of it may be the effect of the command's end. */
    for (;;) {
        handle_helper(&watch, helper);
        status = process_wait(command, 0);
        if (status >= 0 || errno != ETIMEDOUT)
            break;
        handle_times(&watch, helper);
        wait_for_event(signals, earlier(watch.term_at, watch.kill_at));
        handle_signals(&watch);
    }
    if (watch.told_to_stop || watch.helper_lost)
        client_orphans_end(&orphans, client_grace);
    client_helper_end(helper, client_grace);
    return watch.helper_lost || status < 0 ? CLIENT_FAILED : status;
}
