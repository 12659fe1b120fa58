#include "harness/command.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/name.h"
#include "common/text.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 32 };

int command_status(int result)
{
    return result == 0 ? EXIT_OK : EXIT_FAILED;
}

static void print_top_help(const struct command_group *groups)
{
    printf("Usage: harness COMMAND ...\n\n"
           "Start and stop virtual machines that vmnet-helper connects to the network.\n\n"
           "Commands:\n");
    for (; groups->name; groups++)
        printf("  %-8s %s\n", groups->name, groups->summary);
    printf("\nOptions:\n  %-34s %s\n  %-34s %s\n\nFor more: harness COMMAND --help\n", "-h, --help", "show this help",
           "    --version", "print version and commit");
}

static void print_group_help(const struct command_group *group)
{
    printf("Usage: harness %s COMMAND ...\n\n%s.\n\nCommands:\n", group->name, group->summary);
    for (const struct command *command = group->commands; command->name; command++) {
        char left[80];
        snprintf(left, sizeof(left), "%s %s", command->name, command->usage);
        printf("  %-34s %s\n", left, command->summary);
    }
    printf("\nFor more: harness %s COMMAND --help\n", group->name);
}

static void print_command_help(const struct command_group *group, const struct command *command)
{
    printf("Usage: harness %s%s%s%s%s\n\n%s.\n\nOptions:\n", group->name, *command->name ? " " : "", command->name,
           *command->usage ? " " : "", command->usage, command->summary);
    command_line_help(command->options);
    if (command->notes)
        printf("\n%s\n", command->notes);
}

static int unknown(const char *what, const char *word, const char *const *names)
{
    const char *nearest = text_nearest(word, names);

    if (nearest)
        message_error("unknown %s \"%s\"; did you mean \"%s\"?", what, word, nearest);
    else
        message_error("unknown %s \"%s\"; --help lists them", what, word);
    return EXIT_USAGE;
}

static int check_operands(const struct command *command, const struct command_line *options)
{
    if (options->operand_count < command->min_operands)
        return message_error("%s needs: %s", command->name, command->usage);
    if (options->operand_count > command->max_operands)
        return message_error("too many arguments: \"%s\"", options->operands[command->max_operands]);
    for (int i = 0; command->operand && i < options->operand_count; i++)
        if (name_check(command->operand, options->operands[i]) < 0)
            return -1;
    if (options->has_rest && !command->takes_rest)
        return message_error("%s takes nothing after \"--\"", *command->name ? command->name : "the command");
    return 0;
}

static int run_command(const struct command_group *group, const struct command *command, int argc, char **argv)
{
    struct command_line options;
    struct store store;

    int status = command_line_parse(command->options, argc, argv, &options) < 0 ? EXIT_USAGE : EXIT_OK;
    if (status == EXIT_OK && options.help) {
        print_command_help(group, command);
        return EXIT_OK;
    }
    if (status == EXIT_OK && check_operands(command, &options) < 0)
        status = EXIT_USAGE;
    if (status == EXIT_OK && (command->run == doctor_command->run ? store_find(&store) : store_open(&store)) < 0)
        status = EXIT_FAILED;
    if (status == EXIT_OK) {
        interrupt_catch();
        status = command->run(&store, &options);
    }
    command_line_free(&options);
    return interrupt_signal() && status ? 128 + interrupt_signal() : status;
}

static int run_group(const struct command_group *group, int argc, char **argv)
{
    const char *names[NAMES_MAX + 1] = {NULL};

    if (!*group->commands[0].name)
        return run_command(group, &group->commands[0], argc, argv);
    if (argc == 0) {
        message_error("%s needs a command; harness %s --help lists them", group->name, group->name);
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        print_group_help(group);
        return EXIT_OK;
    }
    for (int i = 0; i < NAMES_MAX && group->commands[i].name; i++) {
        names[i] = group->commands[i].name;
        if (strcmp(argv[0], names[i]) == 0)
            return run_command(group, &group->commands[i], argc - 1, argv + 1);
    }
    return unknown("command", argv[0], names);
}

int command_run(const struct command_group *groups, int argc, char **argv)
{
    const char *names[NAMES_MAX + 1] = {NULL};

    if (argc == 0) {
        message_error("a command is needed; harness --help lists them");
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        print_top_help(groups);
        return EXIT_OK;
    }
    if (strcmp(argv[0], "--version") == 0) {
        version_print();
        return EXIT_OK;
    }
    for (int i = 0; i < NAMES_MAX && groups[i].name; i++) {
        names[i] = groups[i].name;
        if (strcmp(argv[0], names[i]) == 0)
            return run_group(&groups[i], argc - 1, argv + 1);
    }
    return unknown(argv[0][0] == '-' ? "option" : "command", argv[0], names);
}
