#include "harness/doctor_sudo.h"
#include "harness/doctor_program.h"
#include "common/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "(root) NOPASSWD: NOSETENV: /opt/bin/vmnet-helper, /bin/other": paths after the tags, with arguments. */
static void read_commands(struct sudo_rule *rule, const char *commands, const char *helper)
{
    static const char name[] = "/vmnet-helper";
    char text[1024], *word, *rest = text;

    text_format(text, sizeof(text), "%.1000s", commands);
    while ((word = strsep(&rest, ", \t"))) {
        size_t length = strlen(word), end = strlen(name);
        if (strcmp(word, helper) == 0 || strcmp(word, "ALL") == 0)
            rule->allows = true;
        else if (length > end && strcmp(word + length - end, name) == 0)
            text_copy(rule->other, sizeof(rule->other), word);
    }
}

void sudo_rule_read(struct sudo_rule *rule, const char *text, const char *helper)
{
    *rule = (struct sudo_rule){.closefrom = strstr(text, "closefrom_override") != NULL &&
                                            strstr(text, "!closefrom_override") == NULL};
    for (const char *next; *text; text = next) {
        char line[1024];
        size_t length = strcspn(text, "\n");
        next = text + length + (text[length] == '\n');
        text_format(line, sizeof(line), "%.*s", (int)(length < 1000 ? length : 1000), text);
        const char *tag = strstr(line, "NOPASSWD:");
        if (tag)
            read_commands(rule, tag, helper);
    }
}

void doctor_sudo(struct report *report, const struct sudo_rule *rule, bool runs, bool other_exists, const char *helper)
{
    char remedy[PATH_MAX + 160];

    if (!runs && *rule->other) {
        text_format(remedy, sizeof(remedy), "sudo visudo -f /etc/sudoers.d/vmnet-helper, and put %s there", helper);
        report_bad(report, BLOCKS, "privilege", "the helper cannot open a network interface", remedy,
                   other_exists ? "sudo allows %s without a password, but the helper is %s"
                                : "sudo allows %s without a password, which is gone (an upgrade moved it?); it is %s now",
                   rule->other, helper);
        return;
    }
    if (!runs) {
        report_bad(report, BLOCKS, "privilege", "the helper cannot open a network interface",
                   "run this with sudo, or allow the helper: packaging/sudoers.d/vmnet-helper says how",
                   "not root, and sudo asks for a password or is missing");
        return;
    }
    report_fine(report, "privilege", "sudo runs %s without a password", helper);
    text_format(remedy, sizeof(remedy), "add to /etc/sudoers.d/vmnet-helper: Defaults!%s closefrom_override "
                "(or use --connection socket)", helper);
    if (rule->closefrom)
        report_fine(report, "sudo-rule", "closefrom_override is set");
    else
        report_bad(report, NOTE, "sudo-rule", "sudo closes the socket that the helper is to get with --fd", remedy,
                   "closefrom_override is not set");
}

void doctor_sudo_ask(struct report *report, const char *helper)
{
    const char *const run[] = {"sudo", "--non-interactive", helper, "--version", NULL};
    const char *const list[] = {"sudo", "--non-interactive", "--list", NULL};
    char *version = NULL, *text = NULL;
    struct sudo_rule rule = {0};

    bool runs = program_output(run, &version) == 0;
    program_output(list, &text);
    if (text)
        sudo_rule_read(&rule, text, helper);
    doctor_sudo(report, &rule, runs, *rule.other && access(rule.other, F_OK) == 0, helper);
    free(version);
    free(text);
}
