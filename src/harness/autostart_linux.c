#include "harness/autostart.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/owner.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct unit {
    char file[PATH_MAX], link[PATH_MAX]; /* the link is what `systemctl enable` makes */
    char target[PATH_MAX];               /* what it points to */
};

static int find_unit(const struct vm *vm, struct unit *unit)
{
    char folder[PATH_MAX] = "/etc/systemd/system", home[PATH_MAX];
    const char *config = getenv("XDG_CONFIG_HOME"), *wanted = "multi-user.target";

    if (geteuid() != 0) {
        wanted = "default.target";
        if (config && *config == '/')
            text_format(folder, sizeof(folder), "%s/systemd/user", config);
        else if (owner_home(&vm->store->owner, home, sizeof(home)) < 0)
            return -1;
        else
            text_format(folder, sizeof(folder), "%s/.config/systemd/user", home);
    }
    if (!*folder || !text_format(unit->file, PATH_MAX, "%s/vmnet-vm-%s.service", folder, vm->name) ||
        !text_format(unit->link, PATH_MAX, "%s/%s.wants/vmnet-vm-%s.service", folder, wanted, vm->name))
        return message_error("path too long: %s", folder);
    text_format(unit->target, PATH_MAX, "../vmnet-vm-%s.service", vm->name);
    return 0;
}

/* Where systemd runs it learns of the change now; elsewhere when it starts. */
static void reload(void)
{
    struct words words = {0};
    struct job job = {.words = &words, .limit = 20};

    if (access("/run/systemd/system", F_OK) < 0)
        return;
    words_add(&words, "systemctl");
    if (geteuid() != 0)
        words_add(&words, "--user");
    words_add(&words, "daemon-reload");
    job_run(&job);
    words_free(&words);
}

static int make_parent(const char *path)
{
    char folder[PATH_MAX];

    text_copy(folder, sizeof(folder), path);
    *strrchr(folder, '/') = '\0';
    return file_make_dirs(folder, 0755) < 0 ? message_error("cannot make %s: %s", folder, strerror(errno)) : 0;
}

int autostart_enable(const struct vm *vm)
{
    struct autostart autostart;
    struct unit unit;
    char program[PATH_MAX];

    if (find_unit(vm, &unit) < 0 || autostart_fill(&autostart, vm, program) < 0)
        return -1;
    char *text = autostart_systemd(&autostart);
    if (!text)
        return message_error("a path of VM \"%s\" holds a newline, or there is not enough memory", vm->name);
    int result = make_parent(unit.link);
    if (result == 0 && file_write(unit.file, 0644, text, strlen(text)) < 0)
        result = message_error("cannot write %s: %s", unit.file, strerror(errno));
    if (result == 0 && symlink(unit.target, unit.link) < 0 && errno != EEXIST)
        result = message_error("cannot make the link %s: %s", unit.link, strerror(errno));
    free(text);
    if (result < 0)
        return -1;
    reload();
    message_progress(vm->store->started, "VM \"%s\" starts with %s: %s", vm->name,
                     autostart.is_system ? "the machine" : "your session (or the machine, after: loginctl enable-linger)",
                     unit.file);
    return 0;
}

bool autostart_is_on(const struct vm *vm)
{
    struct unit unit;
    char home[PATH_MAX];

    /* Who has no home has no unit; that is no error here. */
    return (geteuid() == 0 || owner_find_home(&vm->store->owner, home, sizeof(home))) && find_unit(vm, &unit) == 0 &&
           access(unit.file, F_OK) == 0;
}

int autostart_disable(const struct vm *vm)
{
    struct unit unit;

    if (find_unit(vm, &unit) < 0)
        return -1;
    if (access(unit.file, F_OK) < 0 && readlink(unit.link, &(char){0}, 1) < 0)
        return 0;
    if ((unlink(unit.link) < 0 && errno != ENOENT) || (unlink(unit.file) < 0 && errno != ENOENT))
        return message_error("cannot remove %s: %s", unit.file, strerror(errno));
    reload();
    return 0;
}
