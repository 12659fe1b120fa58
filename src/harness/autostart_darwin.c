#include "harness/autostart.h"
#include "harness/message.h"
#include "harness/owner.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int find_job(const struct vm *vm, char *folder, char *file)
{
    char home[PATH_MAX];

    if (geteuid() == 0)
        text_copy(folder, PATH_MAX, "/Library/LaunchDaemons");
    else if (owner_home(&vm->store->owner, home, sizeof(home)) < 0)
        return -1;
    else
        text_format(folder, PATH_MAX, "%s/Library/LaunchAgents", home);
    if (!*folder || !text_format(file, PATH_MAX, "%s/vmnet-helper.vm.%s.plist", folder, vm->name))
        return message_error("path too long: %s", folder);
    return 0;
}

int autostart_enable(const struct vm *vm)
{
    struct autostart autostart;
    char folder[PATH_MAX], file[PATH_MAX], program[PATH_MAX];

    if (find_job(vm, folder, file) < 0 || autostart_fill(&autostart, vm, program) < 0)
        return -1;
    char *text = autostart_launchd(&autostart);
    if (!text)
        return message_error("a path of VM \"%s\" holds a newline, or there is not enough memory", vm->name);
    int result = 0;
    if (file_make_dirs(folder, 0755) < 0 || file_write(file, 0644, text, strlen(text)) < 0)
        result = message_error("cannot write %s: %s", file, strerror(errno));
    free(text);
    if (result == 0)
        message_progress(vm->store->started, "VM \"%s\" starts with %s: %s", vm->name,
                         autostart.is_system ? "the machine" : "your next session", file);
    return result;
}

bool autostart_is_on(const struct vm *vm)
{
    char folder[PATH_MAX], file[PATH_MAX], home[PATH_MAX];

    /* Who has no home has no job; that is no error here. */
    return (geteuid() == 0 || owner_find_home(&vm->store->owner, home, sizeof(home))) &&
           find_job(vm, folder, file) == 0 && access(file, F_OK) == 0;
}

int autostart_disable(const struct vm *vm)
{
    char folder[PATH_MAX], file[PATH_MAX];

    if (find_job(vm, folder, file) < 0)
        return -1;
    if (unlink(file) < 0 && errno != ENOENT)
        return message_error("cannot remove %s: %s", file, strerror(errno));
    return 0;
}
