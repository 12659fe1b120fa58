#include "harness/lab.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "common/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { UP_NAME, UP_HOSTS, UP_FABRIC, UP_NO_GUESTS, UP_JSON };
enum { LAB_NAME, LAB_JSON };

static const struct option_entry up_options[] = {
    [UP_NAME] = {"name", 0, "NAME", "the lab (default \"lab\"): namespaces and guests are named after it"},
    [UP_HOSTS] = {"hosts", 0, "N", "how many hosts, 2 to 16 (default 2)"},
    [UP_FABRIC] = {"fabric", 0, "ENGINE", "what joins them: vxlan (default; Linux bridges) or ovs (Open vSwitch)"},
    [UP_NO_GUESTS] = {"no-guests", 0, NULL, "hosts and fabric only"},
    [UP_JSON] = {"json", 0, NULL, "print JSON"},
    {0},
};

static const struct option_entry lab_options[] = {
    [LAB_NAME] = {"name", 0, "NAME", "the lab (default \"lab\")"},
    [LAB_JSON] = {"json", 0, NULL, "print JSON"},
    {0},
};

static const struct option_entry name_options[] = {
    [LAB_NAME] = {"name", 0, "NAME", "the lab (default \"lab\")"},
    {0},
};

static const char *name_of(const char *text)
{
    return text ? text : "lab";
}

/* What is asked for, which must be what is there already, if there is something. */
static int choose(struct lab *lab, const struct command_line *options)
{
    const char *fabric = options->values[UP_FABRIC];
    unsigned long hosts = lab->hosts ? (unsigned long)lab->hosts : 2;
    enum lab_fabric chosen = lab->fabric;

    if (options->values[UP_HOSTS] && text_parse_number(options->values[UP_HOSTS], 2, LAB_HOSTS_MAX, &hosts) < 0)
        return message_error("option \"--hosts\" must be a number from 2 to %d, not \"%s\"", LAB_HOSTS_MAX,
                             options->values[UP_HOSTS]);
    if (fabric && strcmp(fabric, "vxlan") != 0 && strcmp(fabric, "ovs") != 0)
        return message_error("option \"--fabric\" must be vxlan or ovs, not \"%s\"", fabric);
    if (fabric)
        chosen = strcmp(fabric, "ovs") == 0 ? LAB_OVS : LAB_VXLAN;
    if (lab->hosts && ((int)hosts != lab->hosts || chosen != lab->fabric))
        return message_error("lab \"%s\" is there with %d hosts and fabric %s; to make another: lab down, or --name",
                             lab->name, lab->hosts, lab->fabric == LAB_OVS ? "ovs" : "vxlan");
    lab->hosts = (int)hosts;
    lab->fabric = chosen;
    return 0;
}

static int make(struct lab *lab, const struct command_line *options)
{
    if (lab_save(lab) < 0 || lab_underlay_make(lab) < 0)
        return -1;
    for (int host = 1; host <= lab->hosts; host++) {
        if (lab_host_is_up(lab, host))
            continue;
        message_progress(lab->store->started, "making host %d", host);
        if (interrupt_signal() || lab_host_make(lab, host) < 0)
            return -1;
    }
    return options->values[UP_NO_GUESTS] ? 0 : lab_guests_start(lab, options->rest);
}

static void undo(struct lab *lab)
{
    int number = interrupt_signal();

    message_progress(lab->store->started, "removing what was made");
    interrupt_forget();
    lab_remove(lab);
    if (number)
        interrupt_restore(number);
}

/* What a lab that was there before is missing is made; it stays if that fails. */
static int up(const struct store *store, const struct command_line *options)
{
    struct lab lab;
    int status = EXIT_FAILED;

    if (lab_open(&lab, store, name_of(options->values[UP_NAME])) == 0) {
        bool is_new = lab.hosts == 0;
        if (choose(&lab, options) < 0)
            status = EXIT_USAGE;
        else if (make(&lab, options) == 0)
            status = command_status(lab_guests_print(&lab, options->values[UP_JSON] != NULL));
        else if (is_new)
            undo(&lab);
    }
    lab_close(&lab);
    return status;
}

static int open_existing(struct lab *lab, const struct store *store, const char *name)
{
    if (lab_open(lab, store, name) < 0)
        return -1;
    return lab->hosts ? 0 : message_error("there is no lab \"%s\"; to make it: lab up", lab->name);
}

static int down(const struct store *store, const struct command_line *options)
{
    struct lab lab;
    int result = lab_open(&lab, store, name_of(options->values[LAB_NAME]));

    if (result == 0 && !lab.hosts)
        message_progress(store->started, "there is no lab \"%s\"", lab.name);
    else if (result == 0)
        result = lab_remove(&lab);
    lab_close(&lab);
    return command_status(result);
}

static int status(const struct store *store, const struct command_line *options)
{
    struct lab lab;
    int result = open_existing(&lab, store, name_of(options->values[LAB_NAME]));

    if (result == 0)
        result = lab_guests_print(&lab, options->values[LAB_JSON] != NULL);
    lab_close(&lab);
    return command_status(result);
}

static int host_number(const struct lab *lab, const char *text)
{
    unsigned long host;

    if (text_parse_number(text, 1, (unsigned long)lab->hosts, &host) == 0)
        return (int)host;
    return message_error("the hosts of lab \"%s\" are 1 to %d, not \"%s\"", lab->name, lab->hosts, text);
}

static int crash(const struct store *store, const struct command_line *options)
{
    struct lab lab;
    int result = open_existing(&lab, store, name_of(options->values[LAB_NAME]));
    int host = result < 0 ? -1 : host_number(&lab, options->operands[0]);

    result = host < 0 ? -1 : lab_host_remove(&lab, host, true);
    lab_close(&lab);
    return command_status(result);
}

/* Becomes the command; the lab is free for others meanwhile. */
static int exec_command(const struct store *store, const struct command_line *options)
{
    struct lab lab;
    struct words words = {0};
    char netns[NAME_SIZE];
    int result = open_existing(&lab, store, name_of(options->values[LAB_NAME]));
    int host = result < 0 ? -1 : host_number(&lab, options->operands[0]);

    if (host >= 0 && !options->rest_count)
        host = message_error("exec needs: HOST -- COMMAND...");
    if (host >= 0) {
        words_add(&words, "ip");
        words_add(&words, "netns");
        words_add(&words, "exec");
        words_add(&words, "%s", lab_netns(&lab, host, netns));
        host = lab_fabric_enter(&lab, host, &words);
    }
    for (int i = 0; host >= 0 && i < options->rest_count; i++)
        words_add(&words, "%s", options->rest[i]);
    lab_close(&lab);
    const char *const *argv = host < 0 ? NULL : words_argv(&words);
    if (argv) {
        execvp(argv[0], (char *const *)argv);
        message_error("cannot start %s: %s", argv[0], strerror(errno));
    }
    words_free(&words);
    return EXIT_FAILED;
}

const struct command lab_commands[] = {
    {.name = "up", .usage = "[options] [-- OPTION...]", .summary = "Make hosts, a fabric between them, and a guest on each",
     .options = up_options, .takes_rest = true, .run = up,
     .notes = "What is missing of a lab that is there is made again. Words after -- are options of vm start, for the\n"
              "guests. The hosts are network namespaces NAME-h1, ...; nothing of the machine's own network is touched."},
    {.name = "down", .usage = "[--name NAME]", .summary = "Remove guests, hosts and fabric", .options = name_options,
     .run = down},
    {.name = "status", .usage = "[options]", .summary = "The hosts and their guests", .options = lab_options,
     .run = status},
    {.name = "exec", .usage = "HOST -- COMMAND...", .summary = "Run a command on a host", .options = name_options,
     .min_operands = 1, .max_operands = 1, .takes_rest = true, .run = exec_command,
     .notes = "With fabric ovs this is where ovs-vsctl, and vmnet-helper, find the host's own switch."},
    {.name = "crash", .usage = "HOST", .summary = "Let a host die at once, as by a power cut", .options = name_options,
     .min_operands = 1, .max_operands = 1, .run = crash, .notes = "lab up makes it again."},
    {0},
};
