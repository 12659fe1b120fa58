#include "harness/plan.h"
#include "harness/message.h"
#include "common/yaml_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VMS_MAX = 64, VALUE_SIZE = 4096 };

/* The file that is read, and where each option of a VM came from. */
struct reader {
    struct plan *plan;
    struct yaml_file yaml;
    char folder[PATH_MAX];
    const char *keys[CONFIG_COUNT + 2]; /* of a VM; "vms" comes after them at the top */
};

static void report(const char *text)
{
    message_error("%s", text);
}

/* The plan owns text from now on. */
static const char *own(struct plan *plan, char *text)
{
    char **texts = text ? realloc(plan->texts, (plan->text_count + 1) * sizeof(*texts)) : NULL;

    if (!texts) {
        free(text);
        message_error("not enough memory");
        return NULL;
    }
    plan->texts = texts;
    return texts[plan->text_count++] = text;
}

static int take_text(struct reader *reader, enum config_option option, yaml_node_t *node, const char **value)
{
    const char *name = config_options[option].name;
    bool is_list = config_options[option].repeats || option == CONFIG_DNS_SERVERS;
    char *all = NULL, one[VALUE_SIZE];
    size_t size;

    if (!is_list || node->type != YAML_SEQUENCE_NODE) {
        if (yaml_file_text(&reader->yaml, node, name, one, sizeof(one)) < 0)
            return -1;
        *value = own(reader->plan, strdup(one));
        return *value ? 0 : -1;
    }
    if (yaml_file_sequence(&reader->yaml, node, name, DISKS_MAX) < 0)
        return -1;
    FILE *out = open_memstream(&all, &size);
    yaml_node_t *item;
    int result = out ? 0 : message_error("not enough memory");
    for (size_t i = 0; result == 0 && (item = yaml_file_item(&reader->yaml, node, i)); i++) {
        result = yaml_file_text(&reader->yaml, item, name, one, sizeof(one));
        if (result == 0)
            fprintf(out, "%s%s", !i ? "" : option == CONFIG_DNS_SERVERS ? "," : "\n", one);
    }
    if (out)
        fclose(out);
    if (result == 0)
        *value = own(reader->plan, all);
    else
        free(all);
    return result == 0 && *value ? 0 : -1;
}

/* The options of a mapping, into given; nodes, where each is. What is there already stays. */
static int take_options(struct reader *reader, yaml_node_t *mapping, const char **given, yaml_node_t **nodes)
{
    for (int i = 0; i < CONFIG_COUNT; i++) {
        yaml_node_t *node = !reader->keys[i] ? NULL : yaml_file_get(&reader->yaml, mapping, config_options[i].name);
        bool on = true;
        if (!node || given[i])
            continue;
        nodes[i] = node;
        if (config_options[i].argument) {
            if (take_text(reader, i, node, &given[i]) < 0)
                return -1;
            if (config_is_path(i))
                given[i] = own(reader->plan, config_absolute(i, given[i], reader->folder));
            if (!given[i])
                return -1;
        } else if (yaml_file_bool(&reader->yaml, node, config_options[i].name, &on) < 0) {
            return -1;
        } else if (on) {
            given[i] = "";
        }
    }
    return 0;
}

/* A list of names without holes, as the YAML reader takes it. */
static void keys_fill(const char **keys, bool top)
{
    int count = 0;

    for (int i = 0; i < CONFIG_COUNT; i++)
        if (i < CONFIG_KEPT || i == CONFIG_TIMEOUT)
            keys[count++] = config_options[i].name;
    if (top)
        keys[count++] = "vms";
    keys[count] = NULL;
}

/* A VM of the file: its own options, then those of all. */
static int take_vm(struct reader *reader, yaml_node_t *key, yaml_node_t *node, const struct command_line *options)
{
    struct plan *plan = reader->plan;
    struct plan_vm *vm = &plan->vms[plan->count];
    yaml_node_t *nodes[CONFIG_COUNT] = {NULL};
    const char *keys[CONFIG_COUNT + 2];
    struct config config;
    bool is_empty = node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0;

    vm->name = own(plan, strdup((const char *)key->data.scalar.value));
    if (!vm->name)
        return -1;
    memcpy(vm->given, options->values, sizeof(vm->given));
    keys_fill(keys, false);
    if ((!is_empty && (yaml_file_keys(&reader->yaml, node, keys) < 0 ||
                       take_options(reader, node, vm->given, nodes) < 0)) ||
        take_options(reader, yaml_file_root(&reader->yaml), vm->given, nodes) < 0)
        return -1;
    if (config_try(&config, vm->name, vm->given, NULL) < 0) {
        yaml_node_t *wrong = config.wrong < CONFIG_COUNT ? nodes[config.wrong] : NULL;
        return yaml_file_error(&reader->yaml, wrong ? wrong : key, "%s: %s", vm->name, config.reason);
    }
    plan->count++;
    return 0;
}

static bool is_chosen(const struct command_line *options, const char *name)
{
    for (int i = 0; i < options->operand_count; i++)
        if (strcmp(options->operands[i], name) == 0)
            return true;
    return options->operand_count == 0;
}

static int check_chosen(const struct reader *reader, const struct command_line *options)
{
    for (int i = 0; i < options->operand_count; i++) {
        bool found = false;
        for (int j = 0; j < reader->plan->count; j++)
            found |= strcmp(reader->plan->vms[j].name, options->operands[i]) == 0;
        if (!found)
            return message_error("%s has no VM \"%s\"", reader->yaml.path, options->operands[i]);
    }
    return 0;
}

static int take_vms(struct reader *reader, const struct command_line *options)
{
    yaml_node_t *root = yaml_file_root(&reader->yaml), *vms = yaml_file_get(&reader->yaml, root, "vms");

    if (!vms)
        return yaml_file_error(&reader->yaml, root, "vms: is needed: a mapping of names to options");
    if (vms->type != YAML_MAPPING_NODE || vms->data.mapping.pairs.start == vms->data.mapping.pairs.top)
        return yaml_file_error(&reader->yaml, vms, "vms: must be a mapping of names to options");
    for (yaml_node_pair_t *pair = vms->data.mapping.pairs.start; pair < vms->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = yaml_document_get_node(&reader->yaml.document, pair->key);
        yaml_node_t *node = yaml_document_get_node(&reader->yaml.document, pair->value);
        const char *name = key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : "";
        char reason[256];
        name_reason("VM name", name, reason, sizeof(reason));
        if (!name_is_good(name))
            return yaml_file_error(&reader->yaml, key, "%s", reason);
        for (int i = 0; i < reader->plan->count; i++)
            if (strcmp(reader->plan->vms[i].name, name) == 0)
                return yaml_file_error(&reader->yaml, key, "\"%s\" a second time", name);
        if (reader->plan->count == VMS_MAX)
            return yaml_file_error(&reader->yaml, key, "at most %d VMs", VMS_MAX);
        if (is_chosen(options, name) && take_vm(reader, key, node, options) < 0)
            return -1;
    }
    return check_chosen(reader, options);
}

static int read_file(struct plan *plan, const struct command_line *options)
{
    struct reader reader = {.plan = plan};
    const char *path = options->values[CONFIG_FILE], *known[CONFIG_COUNT + 2];
    char *absolute = config_absolute(CONFIG_CLOUD_INIT, path, NULL);

    if (!absolute)
        return -1;
    snprintf(reader.folder, sizeof(reader.folder), "%s", absolute);
    free(absolute);
    char *slash = strrchr(reader.folder, '/');
    slash[slash == reader.folder] = '\0';
    for (int i = 0; i < CONFIG_COUNT; i++)
        if (i < CONFIG_KEPT || i == CONFIG_TIMEOUT)
            reader.keys[i] = config_options[i].name;
    keys_fill(known, true);
    if (yaml_file_open(&reader.yaml, path, known, report) < 0)
        return -1;
    int result = take_vms(&reader, options);
    yaml_file_close(&reader.yaml);
    return result;
}

static int take_names(struct plan *plan, const struct command_line *options)
{
    for (int i = 0; i < options->operand_count; i++) {
        struct plan_vm *vm = &plan->vms[plan->count];
        struct config config;
        for (int j = 0; j < plan->count; j++)
            if (strcmp(plan->vms[j].name, options->operands[i]) == 0)
                return message_error("VM \"%s\" is named twice", options->operands[i]);
        vm->name = options->operands[i];
        memcpy(vm->given, options->values, sizeof(vm->given));
        if (config_fill(&config, vm->name, vm->given, NULL) < 0)
            return -1;
        plan->count++;
    }
    return plan->count ? 0 : message_error("start needs: NAME..., --file FILE or --all");
}

int plan_make(struct plan *plan, const struct command_line *options)
{
    struct command_line absolute = *options;

    *plan = (struct plan){.vms = calloc(VMS_MAX, sizeof(*plan->vms))};
    if (!plan->vms)
        return message_error("not enough memory");
    for (int i = 0; i < CONFIG_COUNT; i++)
        if (options->values[i] && config_is_path(i) &&
            !(absolute.values[i] = own(plan, config_absolute(i, options->values[i], NULL))))
            return -1;
    return options->values[CONFIG_FILE] ? read_file(plan, &absolute) : take_names(plan, &absolute);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->text_count; i++)
        free(plan->texts[i]);
    free(plan->texts);
    free(plan->vms);
    *plan = (struct plan){0};
}
