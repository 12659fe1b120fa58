#include "harness/autostart.h"
#include "harness/describe.h"
#include "harness/message.h"
#include "harness/vm_commands.h"
#include "common/data_dir.h"
#include "common/own_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A word of a unit: in quotes, with what systemd expands made plain (man systemd.service, COMMAND LINES). */
static void print_unit_word(FILE *out, const char *before, const char *word)
{
    fprintf(out, "\"%s", before);
    for (; *word; word++)
        fprintf(out, *word == '%' ? "%%%%" : *word == '$' ? "$$" : strchr("\"\\", *word) ? "\\%c" : "%c", *word);
    fputc('"', out);
}

/* A value of Environment=, where a dollar is only a dollar. */
static void print_unit_variable(FILE *out, const char *name, const char *value)
{
    fprintf(out, "Environment=\"%s=", name);
    for (; *value; value++)
        fprintf(out, *value == '%' ? "%%%%" : strchr("\"\\", *value) ? "\\%c" : "%c", *value);
    fputs("\"\n", out);
}

static bool has_newline(const struct autostart *autostart)
{
    return strchr(autostart->program, '\n') || strchr(autostart->home, '\n') || strchr(autostart->images, '\n') ||
           strchr(autostart->data, '\n') || strchr(autostart->path, '\n');
}

char *autostart_systemd(const struct autostart *autostart)
{
    char *text = NULL;
    size_t size;
    FILE *out = has_newline(autostart) ? NULL : open_memstream(&text, &size);

    if (!out)
        return NULL;
    fprintf(out, "# Written by: vmnet-harness vm autostart on %s\n[Unit]\nDescription=Virtual machine %s\n",
            autostart->name, autostart->name);
    if (autostart->is_system)
        fputs("Wants=network-online.target\nAfter=network-online.target\n", out);
    /* The start ends when there is a login; the guest goes on in the unit's control group. */
    fputs("\n[Service]\nType=oneshot\nRemainAfterExit=yes\nTimeoutStartSec=infinity\nTimeoutStopSec=90\n",
          out);
    print_unit_variable(out, "PATH", autostart->path);
    print_unit_variable(out, "VMNET_HOME", autostart->home);
    print_unit_variable(out, "VMNET_CACHE", autostart->images);
    print_unit_variable(out, "VMNET_DATA", autostart->data);
    if (autostart->is_other)
        fprintf(out, "Environment=SUDO_UID=%lu SUDO_GID=%lu\n", autostart->uid, autostart->gid);
    fputs("ExecStart=", out);
    print_unit_word(out, "", autostart->program);
    fprintf(out, " vm start %s\nExecStop=", autostart->name);
    print_unit_word(out, "", autostart->program);
    fprintf(out, " vm stop %s\n\n[Install]\nWantedBy=%s\n", autostart->name,
            autostart->is_system ? "multi-user.target" : "default.target");
    return fclose(out) == 0 ? text : NULL;
}

static void print_xml(FILE *out, const char *before, const char *text, const char *after)
{
    fputs(before, out);
    for (; *text; text++)
        if (*text == '&' || *text == '<' || *text == '>')
            fputs(*text == '&' ? "&amp;" : *text == '<' ? "&lt;" : "&gt;", out);
        else
            fputc(*text, out);
    fputs(after, out);
}

static void print_plist_variable(FILE *out, const char *name, const char *value)
{
    fprintf(out, "        <key>%s</key>\n", name);
    print_xml(out, "        <string>", value, "</string>\n");
}

char *autostart_launchd(const struct autostart *autostart)
{
    char *text = NULL, number[32];
    size_t size;
    FILE *out = has_newline(autostart) ? NULL : open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
          "<plist version=\"1.0\">\n<dict>\n", out);
    fprintf(out, "    <key>Label</key>\n    <string>vmnet-helper.vm.%s</string>\n", autostart->name);
    fputs("    <key>ProgramArguments</key>\n    <array>\n", out);
    print_xml(out, "        <string>", autostart->program, "</string>\n");
    /* launchd ends a job's children with it: the command stays, and stops the VM when it is told to end. */
    fputs("        <string>vm</string>\n        <string>start</string>\n", out);
    fprintf(out, "        <string>%s</string>\n        <string>--foreground</string>\n    </array>\n", autostart->name);
    fputs("    <key>EnvironmentVariables</key>\n    <dict>\n", out);
    print_plist_variable(out, "PATH", autostart->path);
    print_plist_variable(out, "VMNET_HOME", autostart->home);
    print_plist_variable(out, "VMNET_CACHE", autostart->images);
    print_plist_variable(out, "VMNET_DATA", autostart->data);
    if (autostart->is_other) {
        snprintf(number, sizeof(number), "%lu", autostart->uid);
        print_plist_variable(out, "SUDO_UID", number);
        snprintf(number, sizeof(number), "%lu", autostart->gid);
        print_plist_variable(out, "SUDO_GID", number);
    }
    fputs("    </dict>\n    <key>RunAtLoad</key>\n    <true/>\n    <key>ExitTimeOut</key>\n    <integer>60</integer>\n"
          "</dict>\n</plist>\n", out);
    return fclose(out) == 0 ? text : NULL;
}

int autostart_fill(struct autostart *autostart, const struct vm *vm, char program[PATH_MAX])
{
    const struct store *store = vm->store;
    const char *path = getenv("PATH");

    if (own_path(program, PATH_MAX) < 0)
        return message_error("cannot find the program's own path: %s", strerror(errno));
    *autostart = (struct autostart){
        .name = vm->name, .program = program, .home = store->home, .images = store->images, .data = data_dir(),
        /* Not root's for somebody else's folders: what sudo left of it is fine. */
        .path = path && *path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        .uid = store->owner.uid, .gid = store->owner.gid, .is_other = store->owner.is_other,
        .is_system = geteuid() == 0,
    };
    return 0;
}

int vm_command_autostart(const struct store *store, const struct command_line *options)
{
    const char *what = options->operands[0];
    bool on = strcmp(what, "on") == 0;
    struct vm vm;

    if ((!on && strcmp(what, "off") != 0) || name_check("VM name", options->operands[1]) < 0) {
        if (!on && strcmp(what, "off") != 0)
            message_error("autostart needs: on|off NAME, not \"%s\"", what);
        return EXIT_USAGE;
    }
    /* A VM that is gone may have left its unit. */
    int result = on ? vm_open_existing(&vm, store, options->operands[1], false)
                    : vm_open(&vm, store, options->operands[1]);
    if (result == 0)
        result = on ? autostart_enable(&vm) : autostart_disable(&vm);
    if (result == 0 && options->values[AUTOSTART_JSON]) {
        cJSON *json = cJSON_CreateObject();
        cJSON_AddStringToObject(json, "name", vm.name);
        cJSON_AddBoolToObject(json, "autostart", on);
        result = describe_print(json);
    }
    vm_close(&vm);
    return command_status(result);
}
