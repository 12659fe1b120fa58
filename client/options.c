#include "options.h"
#include "common/log.h"
#include "common/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const passed_names[] = {"--notify-fd", "--parent-liveness-fd", NULL};

void client_options_help(void)
{
    puts("Usage: vmnet-client [helper options] -- command [arguments]\n"
         "\n"
         "Connects a command to the network: starts vmnet-helper on one end of a socket pair, and the\n"
         "command with the other end as descriptor 4. Either one's end ends the other.\n"
         "\n"
         "    vmnet-client --operation-mode host -- \\\n"
         "        qemu-system-x86_64 ... -netdev dgram,id=net1,local.type=fd,local.str=4\n"
         "\n"
         "All options of vmnet-helper are passed on to it, but for --fd and --socket.\n"
         "\n"
         "Options:\n"
         "  -h, --help     show this help\n"
         "      --version  show the version\n"
         "\n"
         "Environment of the command:\n"
         "  VMNET_MAC_ADDRESS     the MAC address of the interface\n"
         "  VMNET_INTERFACE_JSON  the line of JSON with which the helper described it\n"
         "\n"
         "Exit status: the command's; 128 + N if signal N ended it; 127 if it was not found, 126 if it\n"
         "could not be executed; 125 if the helper could not be started or ended before the command;\n"
         "2 for a mistake in the options.");
}

/* The value after "name=" or in the next word; NULL if word is not that option. */
static const char *option_value(const char *name, char **word, char **end, int *words)
{
    size_t length = strlen(name);

    if (strncmp(*word, name, length) != 0)
        return NULL;
    *words = 1;
    if ((*word)[length] == '=')
        return *word + length + 1;
    if ((*word)[length] != '\0')
        return NULL;
    if (word + 1 == end)
        return "";
    *words = 2;
    return word[1];
}

static int pass_descriptor(struct client_options *options, const char *name, const char *value)
{
    int index = options->passed_count;
    unsigned long fd;

    if (text_parse_number(value, 3, INT_MAX, &fd) < 0 || fcntl((int)fd, F_GETFD) < 0) {
        log_error("client", "%s \"%s\": give the number of an open descriptor from 3 up", name, value);
        return -1;
    }
    if (index == CLIENT_PASSED_MAX) {
        log_error("client", "%s: given more than once", name);
        return -1;
    }
    options->passed[index] = (int)fd;
    text_format(options->passed_text[index], sizeof(options->passed_text[index]), "%s=%d", name, 4 + index);
    options->helper_args[options->helper_arg_count++] = options->passed_text[index];
    options->passed_count++;
    return 0;
}

static bool is_refused(const char *word)
{
    return strcmp(word, "--fd") == 0 || strncmp(word, "--fd=", 5) == 0 || strncmp(word, "-f", 2) == 0 ||
           strcmp(word, "--socket") == 0 || strncmp(word, "--socket=", 9) == 0 || strncmp(word, "-s", 2) == 0;
}

/* One option for the helper. Returns how many words it took, or -1. */
static int take_option(struct client_options *options, char **word, char **end)
{
    if (is_refused(*word)) {
        log_error("client", "%s: the client itself connects the helper; leave the option out", *word);
        return -1;
    }
    for (int i = 0; passed_names[i]; i++) {
        int words;
        const char *value = option_value(passed_names[i], word, end, &words);
        if (value)
            return pass_descriptor(options, passed_names[i], value) < 0 ? -1 : words;
    }
    if (strcmp(*word, "-h") == 0 || strcmp(*word, "--help") == 0)
        options->help = true;
    if (strcmp(*word, "--version") == 0)
        options->version = true;
    if (strcmp(*word, "-v") == 0 || strcmp(*word, "--verbose") == 0)
        options->verbose = true;
    options->helper_args[options->helper_arg_count++] = *word;
    return 1;
}

int client_options_parse(struct client_options *options, int argc, char **argv)
{
    char **end = argv + argc;
    char **word = argv + 1;

    *options = (struct client_options){0};
    options->helper_args = calloc((size_t)argc + 1, sizeof(*options->helper_args));
    if (!options->helper_args) {
        log_error("client", "out of memory");
        return -1;
    }
    while (word < end && strcmp(*word, "--") != 0) {
        int words = take_option(options, word, end);
        if (words < 0)
            return -1;
        word += words;
    }
    if (options->help || options->version)
        return 0;
    if (word >= end) {
        log_error("client", "no command: write -- and the command after the options (see --help)");
        return -1;
    }
    if (word + 1 == end || !*word[1]) {
        log_error("client", "no command after --: write the program that uses descriptor 4 (see --help)");
        return -1;
    }
    options->command = (const char *const *)(word + 1);
    return 0;
}

void client_options_free(struct client_options *options)
{
    free(options->helper_args);
    options->helper_args = NULL;
}
