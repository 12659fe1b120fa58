#include "harness/doctor_stale.h"
#include "harness/identity.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_ROOT "/run/vmnet-helper"
#define MEMBER "member:"

/* The file holds "PID START", START as in /proc/PID/stat: the same process still runs. */
static bool member_lives(const char *path)
{
    char *text = file_read(path, 256, NULL);
    struct identity identity;
    char start[32];
    long pid;

    bool lives = text && sscanf(text, "%ld %31s", &pid, start) == 2 && identity_of((pid_t)pid, &identity) == 0 &&
                 /* "START-BOOT" is the harness's own form. */
                 strncmp(identity.start, start, strlen(start)) == 0 && identity.start[strlen(start)] == '-';
    free(text);
    return lives;
}

static bool network_lives(const char *dir)
{
    char path[PATH_MAX];
    bool lives = false;
    DIR *folder = opendir(dir);

    for (struct dirent *entry; folder && !lives && (entry = readdir(folder));)
        if (strncmp(entry->d_name, MEMBER, strlen(MEMBER)) == 0 &&
            text_format(path, sizeof(path), "%s/%s", dir, entry->d_name))
            lives = member_lives(path);
    if (folder)
        closedir(folder);
    return lives;
}

/* Whoever makes or removes a network holds the lock: what is seen meanwhile is half done. */
static int lock(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (int i = 0; fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0; i++) {
        if (i == 60) {
            close(fd);
            errno = EWOULDBLOCK;
            return -1;
        }
        usleep(50000);
    }
    return fd;
}

void stale_find(struct stale *stale, const char *folder)
{
    char path[PATH_MAX];
    struct stat status;
    int fd = lock(folder);

    *stale = (struct stale){.unknown = fd < 0 && errno != ENOENT};
    DIR *networks = fd < 0 ? NULL : opendir(folder);
    for (struct dirent *entry; networks && (entry = readdir(networks));) {
        if (entry->d_name[0] == '.' || !text_format(path, sizeof(path), "%s/%s", folder, entry->d_name) ||
            lstat(path, &status) < 0 || !S_ISDIR(status.st_mode))
            continue;
        stale->networks++;
        if (network_lives(path))
            continue;
        size_t used = strlen(stale->names);
        if (used + strlen(entry->d_name) + 2 < sizeof(stale->names))
            text_format(stale->names + used, sizeof(stale->names) - used, "%s%s", used ? " " : "", entry->d_name);
        stale->dead++;
    }
    if (networks)
        closedir(networks);
    if (fd >= 0)
        close(fd);
}

void stale_folder(char *path, size_t size)
{
    struct stat status = {0};

    /* An inode number that no namespace has, where /proc is missing. */
    stat("/proc/self/ns/net", &status);
    text_format(path, size, STATE_ROOT "/%lu", (unsigned long)status.st_ino);
}

void doctor_stale(struct report *report, const struct stale *stale, const char *become, const char *helper)
{
    char remedy[PATH_MAX + 64];

    text_format(remedy, sizeof(remedy), "%s%s --cleanup (or: doctor --fix)", become, helper);
    if (stale->unknown)
        report_fine(report, "stale-networks", "were not looked for: only root may read %s", STATE_ROOT);
    else if (stale->dead)
        report_bad(report, NOTE, "stale-networks", "their bridges, rules and dnsmasq stay although nobody uses them",
                   remedy, "%d of %d networks were left by helpers that were killed: %s", stale->dead, stale->networks,
                   stale->names);
    else
        report_fine(report, "stale-networks", "none; %d in use", stale->networks);
}
