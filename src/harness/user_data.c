#include "harness/user_data.h"
#include "harness/message.h"
#include "common/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { SIZE_MAX_BYTES = 1 << 20, DEEPEST = 32, NODES_MAX = 100000 };

static const char first_line[] = "#cloud-config";

static int wrong(const char *path, yaml_mark_t at, const char *reason)
{
    return message_error("%s:%zu:%zu: %s", path, at.line + 1, at.column + 1, reason);
}

/* Parse a document whose top is a mapping. path, for messages. */
static int parse(yaml_document_t *document, const char *path, const char *text)
{
    yaml_parser_t parser;

    if (!yaml_parser_initialize(&parser))
        return message_error("not enough memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    int result = 0;
    if (!yaml_parser_load(&parser, document))
        result = wrong(path, parser.problem_mark, parser.problem ? parser.problem : "is not YAML");
    yaml_parser_delete(&parser);
    const yaml_node_t *root = result == 0 ? yaml_document_get_root_node(document) : NULL;
    if (result == 0 && (!root || root->type != YAML_MAPPING_NODE)) {
        result = wrong(path, root ? root->start_mark : (yaml_mark_t){0}, "is not a mapping of cloud-init's keys");
        yaml_document_delete(document);
    }
    return result;
}

static const char *scalar(yaml_document_t *document, int index)
{
    const yaml_node_t *node = yaml_document_get_node(document, index);

    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
}

/* The pair of a key at the top, or NULL. */
static yaml_node_pair_t *find(yaml_document_t *document, const char *key)
{
    yaml_node_t *root = yaml_document_get_root_node(document);

    for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++)
        if (strcmp(scalar(document, pair->key), key) == 0)
            return pair;
    return NULL;
}

static int check_keys(yaml_document_t *document, const char *path)
{
    static const char *const reserved[] = {"ssh_keys", "user", "users"};

    for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
        const yaml_node_pair_t *pair = find(document, reserved[i]);
        char reason[160];
        snprintf(reason, sizeof(reason), "\"%s\" is the harness's: its keys and login would be lost", reserved[i]);
        if (pair)
            return wrong(path, yaml_document_get_node(document, pair->key)->start_mark, reason);
    }
    return 0;
}

static int load(yaml_document_t *document, const char *path)
{
    char *text = file_read(path, SIZE_MAX_BYTES, NULL);

    if (!text)
        return message_error("cannot read %s: %s", path, strerror(errno));
    int result = 0;
    size_t length = strlen(first_line);
    if (strncmp(text, first_line, length) != 0 || !strchr(" \t\r\n", text[length]))
        result = wrong(path, (yaml_mark_t){0}, "does not begin with \"#cloud-config\"");
    if (result == 0)
        result = parse(document, path, text);
    free(text);
    if (result == 0 && check_keys(document, path) < 0) {
        yaml_document_delete(document);
        result = -1;
    }
    return result;
}

int user_data_check(const char *path)
{
    yaml_document_t document;

    if (load(&document, path) < 0)
        return -1;
    yaml_document_delete(&document);
    return 0;
}

/* A copy of a node in another document: its index, or 0: no memory, or deeper or, by aliases of aliases, more than
 * anybody writes. */
static int copy(yaml_document_t *to, yaml_document_t *from, int index, int depth)
{
    const yaml_node_t *node = yaml_document_get_node(from, index);
    int made, item, other;

    if (!node || depth > DEEPEST || to->nodes.top - to->nodes.start > NODES_MAX)
        return 0;
    if (node->type == YAML_SCALAR_NODE)
        return yaml_document_add_scalar(to, node->tag, node->data.scalar.value, (int)node->data.scalar.length,
                                        node->data.scalar.style);
    if (node->type == YAML_SEQUENCE_NODE) {
        made = yaml_document_add_sequence(to, node->tag, YAML_BLOCK_SEQUENCE_STYLE);
        for (const yaml_node_item_t *i = node->data.sequence.items.start; made && i < node->data.sequence.items.top;
             i++)
            if (!(item = copy(to, from, *i, depth + 1)) || !yaml_document_append_sequence_item(to, made, item))
                return 0;
        return made;
    }
    made = yaml_document_add_mapping(to, node->tag, YAML_BLOCK_MAPPING_STYLE);
    for (const yaml_node_pair_t *i = node->data.mapping.pairs.start; made && i < node->data.mapping.pairs.top; i++)
        if (!(item = copy(to, from, i->key, depth + 1)) || !(other = copy(to, from, i->value, depth + 1)) ||
            !yaml_document_append_mapping_pair(to, made, item, other))
            return 0;
    return made;
}

static bool is_list(yaml_document_t *document, int index)
{
    return yaml_document_get_node(document, index)->type == YAML_SEQUENCE_NODE;
}

/* One key of the file, into ours. */
static bool merge_pair(yaml_document_t *ours, yaml_document_t *theirs, const yaml_node_pair_t *pair)
{
    yaml_node_pair_t *old = find(ours, scalar(theirs, pair->key));
    int place = old ? old->value : 0, made;

    if (place && is_list(ours, place) && is_list(theirs, pair->value)) {
        const yaml_node_t *list = yaml_document_get_node(theirs, pair->value);
        for (const yaml_node_item_t *i = list->data.sequence.items.start; i < list->data.sequence.items.top; i++)
            if (!(made = copy(ours, theirs, *i, 1)) || !yaml_document_append_sequence_item(ours, place, made))
                return false;
        return true;
    }
    if (!(made = copy(ours, theirs, pair->value, 1)))
        return false;
    if (place) {
        find(ours, scalar(theirs, pair->key))->value = made;
        return true;
    }
    /* The first node of a document is its root. */
    int key = copy(ours, theirs, pair->key, 1);
    return key && yaml_document_append_mapping_pair(ours, 1, key, made);
}

static int write_part(void *context, unsigned char *text, size_t size)
{
    return fwrite(text, 1, size, context) == size;
}

/* The document's text. The document is used up. */
static char *print(yaml_document_t *document)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    yaml_emitter_t emitter;

    if (!out || !yaml_emitter_initialize(&emitter)) {
        yaml_document_delete(document);
        if (out)
            fclose(out);
        free(text);
        return NULL;
    }
    fprintf(out, "%s\n", first_line);
    yaml_emitter_set_output(&emitter, write_part, out);
    /* Keys are long lines, and stay lines. */
    yaml_emitter_set_width(&emitter, -1);
    yaml_emitter_set_unicode(&emitter, 1);
    bool good = yaml_emitter_open(&emitter) && yaml_emitter_dump(&emitter, document) &&
                yaml_emitter_close(&emitter);
    yaml_emitter_delete(&emitter);
    if (fclose(out) == 0 && good)
        return text;
    free(text);
    return NULL;
}

char *user_data_merge(const char *ours_text, const char *path)
{
    yaml_document_t ours, theirs;

    if (load(&theirs, path) < 0)
        return NULL;
    if (parse(&ours, "user-data", ours_text) < 0) {
        yaml_document_delete(&theirs);
        return NULL;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&theirs);
    bool good = true;
    for (const yaml_node_pair_t *i = root->data.mapping.pairs.start; good && i < root->data.mapping.pairs.top; i++)
        good = merge_pair(&ours, &theirs, i);
    yaml_document_delete(&theirs);
    ours.start_implicit = ours.end_implicit = 1;
    char *text = NULL;
    if (good)
        text = print(&ours);
    else
        yaml_document_delete(&ours);
    if (!text)
        message_error("cannot merge %s: too deep, too much, or not enough memory", path);
    return text;
}
