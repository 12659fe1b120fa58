#include "harness/keys.h"
#include "harness/job.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_SIZE_MAX = 8192 };

/* Both files of a pair appear complete or not at all: the private one last, by its rename. */
static int make_pair(const struct store *store, const char *path, const char *comment)
{
    char new[PATH_MAX], new_public[PATH_MAX], public[PATH_MAX];
    struct words words = {0};

    if (!text_format(new, sizeof(new), "%s.new", path) || !text_format(new_public, sizeof(new_public), "%s.pub", new) ||
        !text_format(public, sizeof(public), "%s.pub", path))
        return message_error("path too long: %s", path);
    unlink(new);
    unlink(new_public);
    words_add(&words, "ssh-keygen");
    words_add(&words, "-q");
    words_add(&words, "-ted25519");
    words_add(&words, "-N");
    words_add(&words, "%s", "");
    words_add(&words, "-C%s", comment);
    words_add(&words, "-f%s", new);
    int result = job_must(&words, NULL);
    words_free(&words);
    if (result == 0 && (rename(new_public, public) < 0 || rename(new, path) < 0))
        result = message_error("cannot write %s: %s", path, strerror(errno));
    if (result < 0) {
        unlink(new);
        unlink(new_public);
    }
    owner_give(&store->owner, public);
    owner_give(&store->owner, path);
    return result;
}

/* The text of a key file; a public key without its newline. */
static char *read_key(const char *path, const char *suffix)
{
    char file[PATH_MAX];

    text_format(file, sizeof(file), "%s%s", path, suffix);
    char *text = file_read(file, KEY_SIZE_MAX, NULL);
    if (!text)
        message_error("cannot read %s: %s", file, strerror(errno));
    else if (*suffix)
        text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static int load_user_key(struct keys *keys, const struct store *store)
{
    char path[PATH_MAX];

    if (store_path(store, keys->identity, sizeof(keys->identity), "id_ed25519") < 0 ||
        store_path(store, path, sizeof(path), "locks/.keys") < 0)
        return -1;
    int lock = store_lock(store, path, "waiting for another command that makes the user's key");
    if (lock < 0)
        return -1;
    int result = access(keys->identity, F_OK) == 0 ? 0 : make_pair(store, keys->identity, "vmnet-helper");
    close(lock);
    if (result == 0)
        keys->user_public = read_key(keys->identity, ".pub");
    return keys->user_public ? 0 : -1;
}

int keys_load(struct keys *keys, const struct vm *vm)
{
    char path[PATH_MAX];

    *keys = (struct keys){0};
    if (load_user_key(keys, vm->store) < 0)
        return -1;
    vm_file(vm, path, "host_key");
    if (access(path, F_OK) < 0 && make_pair(vm->store, path, vm->name) < 0)
        return -1;
    keys->host_private = read_key(path, "");
    keys->host_public = read_key(path, ".pub");
    return keys->host_private && keys->host_public ? 0 : -1;
}

void keys_free(struct keys *keys)
{
    free(keys->user_public);
    free(keys->host_private);
    free(keys->host_public);
    *keys = (struct keys){0};
}
