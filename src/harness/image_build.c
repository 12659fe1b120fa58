#include "harness/image_build.h"
#include "harness/architecture.h"
#include "harness/job.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int image_lock(const struct store *store, const char *name, const char *what)
{
    char path[PATH_MAX], waiting[PATH_MAX];

    text_format(path, sizeof(path), "%s/.%s.lock", store->images, name);
    text_format(waiting, sizeof(waiting), "waiting for another command that makes %s", what);
    return store_lock(store, path, waiting);
}

/* What a build that was killed left behind. Only under the lock. */
static void remove_leftovers(const char *parent)
{
    DIR *folder = opendir(parent);

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[PATH_MAX];
        if (strncmp(entry->d_name, ".new.", 5) == 0 && text_format(path, sizeof(path), "%s/%s", parent, entry->d_name))
            file_remove_tree(path);
    }
    if (folder)
        closedir(folder);
}

struct told {
    const struct store *store;
    const char *name, *log;
    double last;
    char line[256];
};

/* The last line of the build's log, when it is a new one, or when nothing was said for long. */
static void tell(void *context)
{
    struct told *told = context;
    char text[4097], line[256] = "";
    int fd = open(told->log, O_RDONLY | O_CLOEXEC);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    ssize_t length = end < 0 ? -1 : pread(fd, text, sizeof(text) - 1, end > 4096 ? end - 4096 : 0);

    if (fd >= 0)
        close(fd);
    if (length > 0) {
        text[length] = '\0';
        while (length > 0 && text[length - 1] == '\n')
            text[--length] = '\0';
        const char *start = strrchr(text, '\n');
        snprintf(line, sizeof(line), "%.200s", start ? start + 1 : text);
    }
    double now = process_clock();
    bool is_new = *line && strcmp(line, told->line) != 0;
    if ((is_new && now - told->last >= 1) || now - told->last >= 15) {
        message_progress(told->store->started, "image %s: %s", told->name, *line ? line : "building");
        snprintf(told->line, sizeof(told->line), "%s", line);
        told->last = now;
    }
}

/* Are the files there that a guest cannot do without? */
static int check_result(const char *dir, const char *name)
{
    static const char *const needed[] = {"kernel", "initrd", "cmdline", "user"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
        struct stat status;
        text_format(path, sizeof(path), "%s/%s", dir, needed[i]);
        if (stat(path, &status) < 0 || status.st_size == 0)
            return message_error("the recipe of image %s left no %s", name, needed[i]);
    }
    return 0;
}

static int run_recipe(const struct store *store, const struct recipe *recipe, const char *out, const char *log)
{
    struct words words = {0};
    struct told told = {.store = store, .name = recipe->name, .log = log, .last = process_clock()};
    struct job job = {.words = &words, .log = log, .progress = tell, .context = &told};

    if (!architecture_is_host(recipe->arch)) {
        words_add(&words, "env");
        words_add(&words, "ARCH=%s", strcmp(recipe->arch, "x86-64") == 0 ? "amd64" : recipe->arch);
    }
    words_add(&words, "%s", recipe->build);
    words_add(&words, "%s", out);
    message_progress(store->started, "building image %s; its log is %s", recipe->name, log);
    int status = job_run(&job);
    words_free(&words);
    if (status == 0)
        return check_result(out, recipe->name);
    if (status < 0 && errno == EINTR)
        return -1;
    if (store_is_full(store->images))
        message_error("cannot build image %s: no space left in %s; free some, or set VMNET_HOME to another file system",
                      recipe->name, store->images);
    else
        message_error("cannot build image %s (exit status %d); its log is %s and ends with:", recipe->name, status,
                      log);
    message_log_tail(log, 5);
    return -1;
}

static int build(const struct store *store, const struct recipe *recipe, const char *dir)
{
    char parent[PATH_MAX], new[PATH_MAX], log[PATH_MAX];

    text_format(parent, sizeof(parent), "%s/%s", store->images, recipe->name);
    if (store_make_dir(store, parent) < 0)
        return -1;
    remove_leftovers(parent);
    text_format(log, sizeof(log), "%s/build.log", parent);
    text_format(new, sizeof(new), "%s/.new.XXXXXX", parent);
    unlink(log);
    if (!mkdtemp(new))
        return message_error("cannot make a folder in %s: %s", parent, strerror(errno));
    double start = process_clock();
    int result = run_recipe(store, recipe, new, log);
    owner_give(&store->owner, log);
    owner_give(&store->owner, new);
    if (result == 0 && rename(new, dir) < 0)
        result = message_error("cannot rename %s: %s", new, strerror(errno));
    if (result == 0)
        message_progress(store->started, "image %s is built, in %.0f s", recipe->name, process_clock() - start);
    else if (file_remove_tree(new) < 0)
        message_error("cannot remove %s: %s", new, strerror(errno));
    return result;
}

int image_build(const struct store *store, const struct recipe *recipe, const char *dir)
{
    char what[sizeof(recipe->name) + 16];

    text_format(what, sizeof(what), "image %s", recipe->name);
    int lock = image_lock(store, recipe->name, what);
    if (lock < 0)
        return -1;
    int result = access(dir, F_OK) == 0 ? 0 : build(store, recipe, dir);
    close(lock);
    return result;
}
