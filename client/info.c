#include "helper.h"
#include "signals.h"
#include "common/log.h"
#include "common/process.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A slow machine may need seconds for the first helper of a network; nothing needs a minute. */
static const double info_limit = 60;

static const char *user_name(void)
{
    const struct passwd *entry = getpwuid(getuid());
    return entry ? entry->pw_name : "USER";
}

/* sudo tells of its own reason on stderr; what to do about it, it does not. */
static void log_no_info(const struct client_helper *helper)
{
    if (helper->sudo)
        log_error("client", "no interface through sudo (exit status %d). If sudo refused, add to /etc/sudoers.d: "
                  "\"%s ALL=(root) NOPASSWD: %s\" and \"Defaults!%s closefrom_override\"",
                  helper->status, user_name(), helper->path, helper->path);
    else
        log_error("client", "the helper ended with exit status %d before the interface was up: see its messages",
                  helper->status);
}

static bool is_object(const char *text)
{
    cJSON *json = cJSON_Parse(text);
    bool object = cJSON_IsObject(json);

    cJSON_Delete(json);
    return object;
}

enum progress { MORE_TO_COME, WHOLE, TOO_LONG, NOTHING, LATE };

/* Take what the pipe has. NOTHING: it ended without a byte. */
static enum progress read_some(int out, char *info, size_t *used)
{
    ssize_t count = read(out, info + *used, CLIENT_INFO_MAX - *used);

    if (count < 0)
        return errno == EINTR || errno == EAGAIN ? MORE_TO_COME : NOTHING;
    info[*used + (size_t)count] = '\0';
    char *newline = memchr(info + *used, '\n', (size_t)count);
    *used += (size_t)count;
    if (newline) {
        *newline = '\0';
        return WHOLE;
    }
    if (count == 0)
        return *used ? WHOLE : NOTHING;
    return *used < CLIENT_INFO_MAX ? MORE_TO_COME : TOO_LONG;
}

/* The signal that tells to stop, or 0. SIGCHLD only woke us. */
static int take_stop_signal(void)
{
    struct client_signal taken;

    while (client_signals_take(&taken))
        if (taken.number != SIGCHLD)
            return taken.number;
    return 0;
}

/* Wait for the line. *stop is the signal that came first, or 0. */
static enum progress wait_for_line(struct client_helper *helper, int signals, char *info, int *stop)
{
    double end = process_clock() + info_limit;
    size_t used = 0;

    for (;;) {
        struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = helper->out, .events = POLLIN}};
        double left = end - process_clock();

        if (left <= 0)
            return LATE;
        poll(fds, 2, (int)(left * 1000) + 1);
        *stop = take_stop_signal();
        if (*stop)
            return NOTHING;
        /* Asked before reading: what it wrote before its end is in the pipe then. */
        bool ended = client_helper_ended(helper);
        enum progress progress = read_some(helper->out, info, &used);
        if (progress != MORE_TO_COME)
            return progress;
        /* A process that the helper left behind may hold the pipe open. */
        if (ended)
            return NOTHING;
    }
}

int client_helper_read_info(struct client_helper *helper, int signals, char info[CLIENT_INFO_MAX + 1])
{
    int stop = 0;
    enum progress progress = wait_for_line(helper, signals, info, &stop);

    close(helper->out);
    helper->out = -1;
    if (stop)
        return stop;
    if (progress == WHOLE && is_object(info))
        return 0;
    if (progress == LATE) {
        log_error("client", "the helper said nothing within %.0f s: run it alone to see why", info_limit);
        return -1;
    }
    /* It closed the pipe by ending, most likely: its status says more. */
    double end = process_clock() + 1;
    while (progress == NOTHING && !client_helper_ended(helper) && process_clock() < end)
        usleep(10000);
    if (progress == NOTHING && helper->status >= 0)
        log_no_info(helper);
    else
        log_error("client", "the helper did not describe its interface in one line of JSON of at most %d bytes",
                  CLIENT_INFO_MAX);
    return -1;
}
