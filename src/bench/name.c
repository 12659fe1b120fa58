#include "bench/name.h"
#include "common/data_dir.h"
#include "common/log.h"
#include "common/text.h"

#include <string.h>
#include <unistd.h>

bool name_is_safe(const char *name)
{
    char printable[NAME_SIZE + 4];
    size_t length = strlen(name);

    if (!length || length >= NAME_SIZE || name[0] == '.' || strchr(name, '/'))
        return false;
    text_printable(printable, sizeof(printable), name, length);
    return !strcmp(printable, name);
}

int name_find(const char *name, const char *folder, char *path, size_t size)
{
    if (access(name, F_OK) == 0 && text_copy(path, size, name))
        return 0;
    if (name_is_safe(name)) {
        const char *dir = data_dir();
        if (text_format(path, size, "%s/%s/%s", dir, folder, name) && access(path, F_OK) == 0)
            return 0;
        if (text_format(path, size, "%s/%s/%s.yaml", dir, folder, name) && access(path, F_OK) == 0)
            return 0;
        log_error("bench", "no file \"%s\", neither here nor in %s/%s", name, dir, folder);
        return -1;
    }
    log_error("bench", "no file \"%s\"", name);
    return -1;
}

void name_report(const char *text)
{
    log_error("bench", "%s", text);
}
