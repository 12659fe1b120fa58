#include "harness/command_line.h"
#include "harness/message.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count_entries(const struct option_entry *table)
{
    int count = 0;

    while (table && table[count].name)
        count++;
    return count;
}

static int unknown_option(const struct option_entry *table, const char *name, size_t length)
{
    const char *names[OPTIONS_MAX + 2];
    char wrong[256];
    int count = count_entries(table);

    for (int i = 0; i < count; i++)
        names[i] = table[i].name;
    names[count] = "help";
    names[count + 1] = NULL;
    snprintf(wrong, sizeof(wrong), "%.*s", (int)(length < 200 ? length : 200), name);
    const char *nearest = text_nearest(wrong, names);
    if (nearest)
        return message_error("unknown option \"--%s\"; did you mean \"--%s\"?", wrong, nearest);
    return message_error("unknown option \"--%s\"; --help lists the options", wrong);
}

struct reader {
    const struct option_entry *table;
    struct command_line *options;
    char **next; /* the next argument */
};

static int keep(struct command_line *options, const struct option_entry *entry, int index, const char *value)
{
    const char *before = options->values[index];
    char *both;

    options->values[index] = value;
    if (!entry->repeats || !before)
        return 0;
    if (asprintf(&both, "%s\n%s", before, value) < 0)
        return message_error("not enough memory");
    free(options->joined[index]);
    options->values[index] = options->joined[index] = both;
    return 0;
}

static int take(struct reader *reader, int index, const char *attached)
{
    const struct option_entry *entry = &reader->table[index];

    if (!entry->argument) {
        if (attached)
            return message_error("option \"--%s\" takes no value", entry->name);
        reader->options->values[index] = "";
        return 0;
    }
    if (!attached) {
        if (!*reader->next)
            return message_error("option \"--%s\" needs a value: %s", entry->name, entry->argument);
        attached = *reader->next++;
    }
    return keep(reader->options, entry, index, attached);
}

static int take_long(struct reader *reader, const char *name)
{
    size_t length = strcspn(name, "=");

    if (length == 4 && strncmp(name, "help", 4) == 0) {
        reader->options->help = true;
        return 0;
    }
    for (int i = 0; i < count_entries(reader->table); i++)
        if (strlen(reader->table[i].name) == length && strncmp(reader->table[i].name, name, length) == 0)
            return take(reader, i, name[length] ? name + length + 1 : NULL);
    return unknown_option(reader->table, name, length);
}

static int take_short(struct reader *reader, const char *letters)
{
    for (; *letters; letters++) {
        int found = -1;
        if (*letters == 'h') {
            reader->options->help = true;
            return 0;
        }
        for (int i = 0; i < count_entries(reader->table); i++)
            if (reader->table[i].letter == *letters)
                found = i;
        if (found < 0)
            return message_error("unknown option \"-%c\"; --help lists the options", *letters);
        if (reader->table[found].argument)
            return take(reader, found, letters[1] ? letters + 1 : NULL);
        take(reader, found, NULL);
    }
    return 0;
}

int command_line_parse(const struct option_entry *table, int argc, char **argv, struct command_line *options)
{
    struct reader reader = {.table = table, .options = options, .next = argv};

    *options = (struct command_line){0};
    while (*reader.next) {
        const char *word = *reader.next++;
        int result = 0;
        if (strcmp(word, "--") == 0) {
            options->has_rest = true;
            options->rest = reader.next;
            while (options->rest[options->rest_count])
                options->rest_count++;
            break;
        }
        if (strncmp(word, "--", 2) == 0)
            result = take_long(&reader, word + 2);
        else if (word[0] == '-' && word[1])
            result = take_short(&reader, word + 1);
        else if (options->operand_count == OPERANDS_MAX)
            result = message_error("too many arguments: \"%s\"", word);
        else
            options->operands[options->operand_count++] = word;
        if (result < 0)
            return -1;
        if (options->help)
            break;
    }
    return 0;
}

void command_line_free(struct command_line *options)
{
    for (int i = 0; i < OPTIONS_MAX; i++)
        free(options->joined[i]);
    *options = (struct command_line){0};
}

void command_line_help(const struct option_entry *table)
{
    for (int i = 0; i < count_entries(table); i++) {
        char left[64], letter[8] = "    ";
        if (table[i].letter)
            snprintf(letter, sizeof(letter), "-%c, ", table[i].letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, table[i].name, table[i].argument ? " " : "",
                 table[i].argument ? table[i].argument : "");
        printf("  %-34s %s\n", left, table[i].help);
    }
    printf("  %-34s %s\n", "-h, --help", "show this help");
}
