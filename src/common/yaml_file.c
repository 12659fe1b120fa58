#include "common/yaml_file.h"
#include "common/file.h"
#include "common/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_MAX = 1 << 20 };

static int __attribute__((format(printf, 2, 3))) report(const struct yaml_file *file, const char *format, ...)
{
    char text[900];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    file->report(text);
    return -1;
}

static int error_at(const struct yaml_file *file, yaml_mark_t mark, const char *reason)
{
    return report(file, "%s:%zu:%zu: %s", file->path, mark.line + 1, mark.column + 1, reason);
}

int yaml_file_error(const struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
{
    char reason[400];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    return error_at(file, node->start_mark, reason);
}

static int parser_error(const struct yaml_file *file, const yaml_parser_t *parser)
{
    char reason[300];
    yaml_mark_t mark = parser->problem_mark;

    if (parser->error == YAML_READER_ERROR)
        return report(file, "%s: byte %zu: %s", file->path, parser->problem_offset, parser->problem);
    snprintf(reason, sizeof(reason), "%s%s%s", parser->problem ? parser->problem : "not YAML",
             parser->context ? ", " : "", parser->context ? parser->context : "");
    return error_at(file, mark, reason);
}

/* Loads the only document; the parser is deleted by the caller. */
static int load_document(struct yaml_file *file, yaml_parser_t *parser)
{
    if (!yaml_parser_load(parser, &file->document))
        return parser_error(file, parser);
    yaml_node_t *root = yaml_document_get_root_node(&file->document);
    if (!root) {
        report(file, "%s: is empty", file->path);
        goto failed;
    }

    yaml_document_t more;
    if (!yaml_parser_load(parser, &more)) {
        parser_error(file, parser);
        goto failed;
    }
    yaml_node_t *second = yaml_document_get_root_node(&more);
    if (second)
        yaml_file_error(file, second, "a second document: only one is allowed");
    yaml_document_delete(&more);
    if (!second)
        return 0;
failed:
    yaml_document_delete(&file->document);
    return -1;
}

int yaml_file_open(struct yaml_file *file, const char *path, const char *const *known, yaml_report *told)
{
    yaml_parser_t parser;
    size_t size;
    char *text = file_read(path, FILE_MAX, &size);

    file->path = path;
    file->report = told;
    if (!text)
        return report(file, "cannot read \"%s\": %s", path, strerror(errno));
    int result = -1;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
        result = load_document(file, &parser);
        yaml_parser_delete(&parser);
    }
    free(text);
    if (result == 0 && yaml_file_keys(file, yaml_file_root(file), known) < 0) {
        yaml_document_delete(&file->document);
        result = -1;
    }
    return result;
}

void yaml_file_close(struct yaml_file *file)
{
    yaml_document_delete(&file->document);
}

yaml_node_t *yaml_file_root(struct yaml_file *file)
{
    return yaml_document_get_root_node(&file->document);
}

/* NULL when it is no scalar, or holds a NUL. */
static const char *scalar(const yaml_node_t *node)
{
    if (!node || node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

static bool is_null(const yaml_node_t *node)
{
    const char *text = scalar(node);

    return text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*text || !strcmp(text, "~") || !strcasecmp(text, "null"));
}

static bool is_among(const char *text, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(text, *names))
            return true;
    return false;
}

static yaml_node_t *find(struct yaml_file *file, yaml_node_t *mapping, const char *key, yaml_node_t **key_node)
{
    yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;

    for (; pair < mapping->data.mapping.pairs.top; pair++) {
        *key_node = yaml_document_get_node(&file->document, pair->key);
        const char *name = scalar(*key_node);
        if (name && !strcmp(name, key))
            return yaml_document_get_node(&file->document, pair->value);
    }
    return NULL;
}

int yaml_file_keys(struct yaml_file *file, yaml_node_t *node, const char *const *known)
{
    if (node->type != YAML_MAPPING_NODE)
        return yaml_file_error(file, node, "not a mapping: write \"key: value\" lines");

    yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = yaml_document_get_node(&file->document, pair->key), *first;
        const char *name = scalar(key);
        if (!name)
            return yaml_file_error(file, key, "this key is no name");
        if (!is_among(name, known)) {
            const char *nearest = text_nearest(name, known);
            return yaml_file_error(file, key, "unknown key \"%s\"%s%s%s", name, nearest ? ": did you mean \"" : "",
                                   nearest ? nearest : "", nearest ? "\"?" : "");
        }
        find(file, node, name, &first);
        if (first != key)
            return yaml_file_error(file, key, "\"%s\" a second time: it is in line %zu already", name,
                                   first->start_mark.line + 1);
    }
    return 0;
}

yaml_node_t *yaml_file_get(struct yaml_file *file, yaml_node_t *mapping, const char *key)
{
    yaml_node_t *key_node, *value = find(file, mapping, key, &key_node);

    return value && !is_null(value) ? value : NULL;
}

yaml_node_t *yaml_file_item(struct yaml_file *file, yaml_node_t *sequence, size_t index)
{
    yaml_node_item_t *item = sequence->data.sequence.items.start + index;

    return item < sequence->data.sequence.items.top ? yaml_document_get_node(&file->document, *item) : NULL;
}

int yaml_file_sequence(struct yaml_file *file, yaml_node_t *node, const char *what, size_t max)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return yaml_file_error(file, node, "%s: not a list: write \"- item\" lines or [item, item]", what);
    size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (!count)
        return yaml_file_error(file, node, "%s: the list is empty", what);
    if (count > max)
        return yaml_file_error(file, node, "%s: %zu items, at most %zu are allowed", what, count, max);
    return (int)count;
}

int yaml_file_text(struct yaml_file *file, yaml_node_t *node, const char *what, char *out, size_t size)
{
    const char *text = scalar(node);

    if (!text || is_null(node))
        return yaml_file_error(file, node, "%s: not a text", what);
    if (!*text)
        return yaml_file_error(file, node, "%s: is empty", what);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return yaml_file_error(file, node, "%s: has a control character", what);
    if (!text_copy(out, size, text))
        return yaml_file_error(file, node, "%s: %zu bytes, at most %zu are allowed", what, strlen(text), size - 1);
    return 0;
}

int yaml_file_number(struct yaml_file *file, yaml_node_t *node, const char *what, unsigned long min,
                     unsigned long max, unsigned long *value)
{
    const char *text = scalar(node);

    if (!text || text_parse_number(text, min, max, value) < 0)
        return yaml_file_error(file, node, "%s: \"%s\" is not a number from %lu to %lu", what,
                               text ? text : "(a list or mapping)", min, max);
    return 0;
}

int yaml_file_bool(struct yaml_file *file, yaml_node_t *node, const char *what, bool *value)
{
    static const char *const names[] = {"true", "yes", "on", "false", "no", "off", NULL};
    const char *text = scalar(node);

    for (int i = 0; text && names[i]; i++)
        if (!strcasecmp(text, names[i])) {
            *value = i < 3;
            return 0;
        }
    return yaml_file_error(file, node, "%s: \"%s\" is neither true nor false", what,
                           text ? text : "(a list or mapping)");
}

int yaml_file_choice(struct yaml_file *file, yaml_node_t *node, const char *what, const char *const *names)
{
    const char *text = scalar(node);

    for (int i = 0; text && names[i]; i++)
        if (!strcmp(text, names[i]))
            return i;

    char all[200] = "";
    for (int i = 0; names[i]; i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "", names[i]);
    }
    return yaml_file_error(file, node, "%s: unknown \"%s\": use one of %s", what,
                           text ? text : "(a list or mapping)", all);
}
