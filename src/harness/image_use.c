#include "harness/image_use.h"
#include "harness/vm.h"
#include "common/text.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    const char *dir;
    char *vm;
};

/* Its disk has the driver's format in its name. */
static bool has_disk(const struct vm *vm)
{
    static const char *const names[] = {"disk.qcow2", "disk.raw", "disk.img"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (access(vm_file(vm, path, names[i]), F_OK) == 0)
            return true;
    return false;
}

static int compare(struct vm *vm, void *context)
{
    struct search *search = context;
    const char *used = vm->state.image_dir;
    size_t length = strlen(search->dir);

    if (strncmp(used, search->dir, length) != 0 || (used[length] && used[length] != '/'))
        return 0;
    if (vm_status(vm) == VM_STOPPED && !has_disk(vm))
        return 0;
    text_copy(search->vm, NAME_SIZE, vm->name);
    return 1;
}

int image_user(const struct store *store, const char *dir, char vm[NAME_SIZE])
{
    struct search search = {.dir = dir, .vm = vm};

    return vm_each(store, compare, &search);
}

double image_size(const char *dir)
{
    double size = 0;
    DIR *folder = opendir(dir);

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[PATH_MAX];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            !text_format(path, sizeof(path), "%s/%s", dir, entry->d_name) || lstat(path, &status) < 0)
            continue;
        if (S_ISREG(status.st_mode))
            size += (double)status.st_blocks * 512;
        else if (S_ISDIR(status.st_mode))
            size += image_size(path);
    }
    if (folder)
        closedir(folder);
    return size;
}
