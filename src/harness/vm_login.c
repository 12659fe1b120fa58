#include "harness/message.h"
#include "harness/ssh.h"
#include "harness/vm_commands.h"
#include "common/process.h"

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
