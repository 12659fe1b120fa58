#include "harness/provision.h"
#include "harness/interrupt.h"
#include "harness/job.h"
#include "harness/message.h"
#include "harness/ssh.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/sha256.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCRIPT_MAX = 4 << 20 };

/* The script comes by stdin and is run from a file, so that its own stdin is empty and its first line counts. */
static const char runner[] =
    "set -e; umask 077; f=$(mktemp); trap 'rm -f \"$f\"' EXIT; cat >\"$f\"; chmod 700 \"$f\"; set +e; "
    "if [ \"$(id -u)\" = 0 ]; then \"$f\" </dev/null; else sudo -n \"$f\" </dev/null; fi";

static int run(const struct vm *vm, const char *script, const char *log)
{
    static const char *const options[] = {"-T", "-oBatchMode=yes", NULL};
    struct words words = {0};
    int input = open(script, O_RDONLY | O_CLOEXEC);

    if (input < 0)
        return message_error("cannot read %s: %s", script, strerror(errno));
    ssh_words(vm, &words, options);
    words_add(&words, "%s", runner);
    unlink(log);
    struct job job = {.words = &words, .log = log, .input = input};
    int status = job_run(&job);
    words_free(&words);
    close(input);
    owner_give(&vm->store->owner, log);
    if (status == 0 || interrupt_signal())
        return status == 0 ? 0 : -1;
    message_error("%s failed in VM \"%s\" with exit status %d; its output (%s) ends with:", script, vm->name, status,
                  log);
    message_log_tail(log, 10);
    return -1;
}

int provision_run(struct vm *vm, const char *script, bool once)
{
    char log[PATH_MAX], digest[2 * SHA256_SIZE + 1];
    uint8_t bytes[SHA256_SIZE];
    size_t size;
    char *text = file_read(script, SCRIPT_MAX, &size);

    if (!text)
        return message_error("cannot read %s: %s", script, strerror(errno));
    sha256(text, size, bytes);
    free(text);
    hex_format(bytes, sizeof(bytes), digest);
    if (once && strcmp(digest, vm->state.provisioned) == 0)
        return 0;
    message_progress(vm->store->started, "running %s", script);
    if (run(vm, script, vm_file(vm, log, "provision.log")) < 0)
        return -1;
    text_copy(vm->state.provisioned, sizeof(vm->state.provisioned), digest);
    return 0;
}
