#include "harness/message.h"
#include "harness/ssh.h"
#include "harness/vm_commands.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Become ssh. Returns only if that cannot be done. */
static int become(struct words *words)
{
    const char *const *argv = words_argv(words);

    if (!argv)
        return EXIT_FAILED;
    signal(SIGPIPE, SIG_DFL);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    message_error("cannot start %s: %s", argv[0], strerror(errno));
    return process_exec_status(errno);
}

int vm_command_ssh(const struct store *store, const struct command_line *options)
{
    static const char *const with_terminal[] = {"-t", NULL};
    struct vm vm;
    struct words words = {0};

    int result = vm_open_running(&vm, store, options->operands[0]);
    if (result == 0) {
        ssh_words(&vm, &words, options->rest_count && isatty(0) && isatty(1) ? with_terminal : NULL);
        for (int i = 0; i < options->rest_count; i++)
            words_add(&words, "%s", options->rest[i]);
        result = become(&words);
    }
    words_free(&words);
    vm_close(&vm);
    return result < 0 ? EXIT_FAILED : result;
}

int vm_command_exec(const struct store *store, const struct command_line *options)
{
    static const char *const quiet[] = {"-T", "-oBatchMode=yes", NULL};
    struct vm vm;
    struct words words = {0};

    if (!options->rest_count) {
        message_error("exec needs: NAME -- COMMAND...");
        return EXIT_USAGE;
    }
    int result = vm_open_running(&vm, store, options->operands[0]);
    if (result == 0) {
        ssh_words(&vm, &words, quiet);
        for (int i = 0; i < options->rest_count; i++) {
            char *word = word_quoted(options->rest[i]);
            words_add(&words, "%s", word ? word : "");
            words.failed |= !word;
            free(word);
        }
        result = become(&words);
    }
    words_free(&words);
    vm_close(&vm);
    return result < 0 ? EXIT_FAILED : result;
}

/* The name of the VM of "NAME:PATH", into name; false: a path of this machine. "./a:b" is one too. */
static bool vm_of(const char *word, char *name)
{
    size_t length = strcspn(word, ":/");

    return length < NAME_SIZE && word[length] == ':' && text_format(name, NAME_SIZE, "%.*s", (int)length, word) &&
           name_is_good(name);
}

/* Whose words they are: either the last, or all others, are of one VM. */
static int copy_vm(const struct command_line *options, char *name)
{
    int last = options->operand_count - 1;
    char other[NAME_SIZE];

    bool to_guest = vm_of(options->operands[last], name);
    for (int i = 0; i < last; i++) {
        bool from_guest = vm_of(options->operands[i], other);
        if (from_guest == to_guest || (from_guest && i && strcmp(other, name) != 0))
            return message_error("cp needs NAME:PATH of one VM, as the target or as each source, and paths of this "
                                 "machine otherwise (./a:b for one with a colon)");
        if (from_guest)
            text_copy(name, NAME_SIZE, other);
    }
    return 0;
}

int vm_command_cp(const struct store *store, const struct command_line *options)
{
    char name[NAME_SIZE], ignored[NAME_SIZE];
    struct vm vm;
    struct words words = {0};

    if (copy_vm(options, name) < 0)
        return EXIT_USAGE;
    int result = vm_open_running(&vm, store, name);
    if (result == 0) {
        words_add(&words, "scp");
        words_add(&words, "-F%s/ssh.config", vm.dir);
        words_add(&words, "-oBatchMode=yes");
        if (!isatty(STDERR_FILENO))
            words_add(&words, "-q");
        if (options->values[CP_RECURSIVE])
            words_add(&words, "-r");
        words_add(&words, "--");
        for (int i = 0; i < options->operand_count; i++) {
            const char *word = options->operands[i];
            /* A path of this machine is never taken for another's. */
            words_add(&words, "%s%s", vm_of(word, ignored) || word[0] == '/' ? "" : "./", word);
        }
        result = become(&words);
    }
    words_free(&words);
    vm_close(&vm);
    return result < 0 ? EXIT_FAILED : result;
}
