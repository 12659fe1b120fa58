#include "orphans.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct process_facts {
    char state;
    pid_t parent, group;
};

/* Orphans come to us in place of init (prctl(2), PR_SET_CHILD_SUBREAPER). */
void client_orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* proc_pid_stat(5): after the name, which may hold anything, and its parenthesis. */
static int read_facts(const char *pid, struct process_facts *facts)
{
    char path[64], text[1024];
    ssize_t length = -1;

    if (!text_format(path, sizeof(path), "/proc/%s/stat", pid))
        return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        length = read(fd, text, sizeof(text) - 1);
        close(fd);
    }
    if (length <= 0)
        return -1;
    text[length] = '\0';
    const char *fields = strrchr(text, ')');
    return fields && sscanf(fields, ") %c %d %d", &facts->state, &facts->parent, &facts->group) == 3 ? 0 : -1;
}

static bool contains(const struct client_process_list *list, pid_t pid)
{
    for (int i = 0; i < list->count; i++)
        if (list->pids[i] == pid)
            return true;
    return false;
}

/* Living children in our group but those of the other list; the dead are waited for. The helper and
 * what it leaves are in groups of their own. */
static void find_children(struct client_process_list *found, const struct client_process_list *but)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    found->count = 0;
    while (proc && found->count < CLIENT_ORPHANS_MAX && (entry = readdir(proc))) {
        struct process_facts facts;
        unsigned long pid;
        if (text_parse_number(entry->d_name, 1, INT32_MAX, &pid) < 0 || read_facts(entry->d_name, &facts) < 0 ||
            facts.parent != getpid() || facts.group != getpgrp() || contains(but, (pid_t)pid))
            continue;
        if (facts.state == 'Z')
            waitpid((pid_t)pid, NULL, WNOHANG);
        else
            found->pids[found->count++] = (pid_t)pid;
    }
    if (proc)
        closedir(proc);
}

void client_orphans_watch(struct client_orphans *orphans, pid_t command)
{
    const struct client_process_list only_command = {.pids = {command}, .count = 1};

    find_children(&orphans->before, &only_command);
}

/* SIGTERM once for each: to some programs a second one means "at once". */
static void tell(const struct client_process_list *found, struct client_process_list *told, int number)
{
    for (int i = 0; i < found->count; i++) {
        if (number != SIGKILL && contains(told, found->pids[i]))
            continue;
        kill(found->pids[i], number);
        if (told->count < CLIENT_ORPHANS_MAX)
            told->pids[told->count++] = found->pids[i];
    }
}

void client_orphans_end(const struct client_orphans *orphans, double grace)
{
    struct client_process_list found = {.count = 0}, told = {.count = 0};
    double now = process_clock(), kill_at = now + grace, give_up_at = kill_at + grace;
    const struct timespec pause = {.tv_nsec = 20000000};

    for (; now < give_up_at; now = process_clock()) {
        find_children(&found, &orphans->before);
        if (!found.count)
            break;
        tell(&found, &told, now < kill_at ? SIGTERM : SIGKILL);
        nanosleep(&pause, NULL);
    }
    if (found.count)
        log_warn("client", "cannot end process %d, which the command started", (int)found.pids[0]);
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}
