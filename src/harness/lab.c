#include "harness/lab.h"
#include "harness/interrupt.h"
#include "harness/job.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LAB_ROOT "/run/vmnet-lab"

static const char *const fabric_names[] = {[LAB_VXLAN] = "vxlan", [LAB_OVS] = "ovs"};

static void read_state(struct lab *lab)
{
    char path[PATH_MAX];

    text_format(path, sizeof(path), "%s/lab.json", lab->dir);
    char *text = file_read(path, 1 << 16, NULL);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    const cJSON *hosts = cJSON_GetObjectItemCaseSensitive(json, "hosts");
    const char *fabric = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "fabric"));

    if (cJSON_IsNumber(hosts) && hosts->valueint > 0 && hosts->valueint <= LAB_HOSTS_MAX)
        lab->hosts = hosts->valueint;
    lab->fabric = fabric && strcmp(fabric, fabric_names[LAB_OVS]) == 0 ? LAB_OVS : LAB_VXLAN;
    cJSON_Delete(json);
    free(text);
}

static char *lock_path(const struct lab *lab, char path[PATH_MAX])
{
    text_format(path, PATH_MAX, LAB_ROOT "/%s.lock", lab->name);
    return path;
}

/* Whoever removes a lab removes the lock's file, too: who waited for it then begins again. */
static int take_lock(struct lab *lab)
{
    char path[PATH_MAX];
    struct stat ours, there;

    lock_path(lab, path);
    for (;;) {
        lab->lock = store_lock(lab->store, path, "another command is at work on this lab; waiting");
        if (lab->lock < 0)
            return -1;
        if (fstat(lab->lock, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino)
            return 0;
        close(lab->lock);
    }
}

int lab_open(struct lab *lab, const struct store *store, const char *name)
{
    *lab = (struct lab){.store = store, .lock = -1};
    if (name_check("lab", name) < 0)
        return -1;
    if (strlen(name) > LAB_NAME_MAX)
        return message_error("the name of a lab has at most %d characters", LAB_NAME_MAX);
    if (geteuid() != 0)
        return message_error("a lab is made of network namespaces, which needs root; run this with sudo");
    if (access("/proc/self/ns/net", F_OK) < 0)
        return message_error("a lab is made of network namespaces, which are Linux's");
    text_copy(lab->name, sizeof(lab->name), name);
    text_format(lab->dir, sizeof(lab->dir), LAB_ROOT "/%s", name);
    text_format(lab->log, sizeof(lab->log), LAB_ROOT "/%s/lab.log", name);
    if (file_make_dirs(LAB_ROOT, 0700) < 0)
        return message_error("cannot make %s: %s", LAB_ROOT, strerror(errno));
    if (take_lock(lab) < 0)
        return -1;
    read_state(lab);
    return 0;
}

void lab_close(struct lab *lab)
{
    char path[PATH_MAX];

    if (lab->lock >= 0 && access(lab->dir, F_OK) < 0)
        unlink(lock_path(lab, path));
    if (lab->lock >= 0)
        close(lab->lock);
    lab->lock = -1;
}

int lab_save(const struct lab *lab)
{
    char path[PATH_MAX], text[80];

    text_format(path, sizeof(path), "%s/lab.json", lab->dir);
    text_format(text, sizeof(text), "{\"hosts\": %d, \"fabric\": \"%s\"}\n", lab->hosts, fabric_names[lab->fabric]);
    if (file_make_dirs(lab->dir, 0700) < 0 || file_write(path, 0600, text, strlen(text)) < 0)
        return message_error("cannot write %s: %s", path, strerror(errno));
    return 0;
}

int lab_remove(struct lab *lab)
{
    int result = lab_guests_remove(lab, 0);

    for (int host = lab->hosts; host >= 0; host--)
        if (lab_host_remove(lab, host, false) < 0)
            result = -1;
    /* What could not be removed is still to be found by the next lab down. */
    if (result == 0 && file_remove_tree(lab->dir) < 0)
        result = message_error("cannot remove %s: %s", lab->dir, strerror(errno));
    if (result == 0)
        lab->hosts = 0;
    return result;
}

char *lab_netns(const struct lab *lab, int host, char netns[NAME_SIZE])
{
    if (host)
        text_format(netns, NAME_SIZE, "%s-h%d", lab->name, host);
    else
        text_format(netns, NAME_SIZE, "%s-net", lab->name);
    return netns;
}

__attribute__((format(printf, 2, 0))) static void split(struct words *words, const char *format, va_list values)
{
    char *line, *rest = NULL;

    if (vasprintf(&line, format, values) < 0) {
        words->failed = true;
        return;
    }
    for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words_add(words, "%s", word);
    free(line);
}

int lab_run_words(const struct lab *lab, const struct words *words)
{
    return interrupt_signal() ? -1 : job_must(words, lab->log);
}

int lab_run(const struct lab *lab, const char *format, ...)
{
    struct words words = {0};
    va_list values;

    va_start(values, format);
    split(&words, format, values);
    va_end(values);
    int result = lab_run_words(lab, &words);
    words_free(&words);
    return result;
}

bool lab_try(const char *format, ...)
{
    struct words words = {0};
    va_list values;

    va_start(values, format);
    split(&words, format, values);
    va_end(values);
    struct job job = {.words = &words, .limit = 30};
    int status = job_run(&job);
    words_free(&words);
    return status == 0;
}
