#include "bench/plot_file.h"
#include "bench/name.h"
#include "common/yaml_file.h"

#include <string.h>

static const char *const known_keys[] = {"name", "title",           "networks", "drivers", "vms",
                                         "operation-modes", "tests", "measure",  NULL};

static yaml_node_t *required(struct yaml_file *file, const char *key)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), key);

    if (!node)
        yaml_file_error(file, yaml_file_root(file), "the key \"%s\" is missing", key);
    return node;
}

static int read_name(struct yaml_file *file, yaml_node_t *node, const char *what, char *out)
{
    if (yaml_file_text(file, node, what, out, NAME_SIZE) < 0)
        return -1;
    if (!name_is_safe(out))
        return yaml_file_error(file, node, "%s: \"%s\" cannot be part of a path: no slash, no dot first", what, out);
    return 0;
}

static int read_names(struct yaml_file *file, const char *key, char (*list)[NAME_SIZE], int *count)
{
    yaml_node_t *node = required(file, key), *item;

    if (!node || (*count = yaml_file_sequence(file, node, key, PLOT_LIST_MAX)) < 0)
        return -1;
    for (int i = 0; (item = yaml_file_item(file, node, (size_t)i)); i++)
        if (read_name(file, item, key, list[i]) < 0)
            return -1;
    return 0;
}

static int read_vms(struct yaml_file *file, struct plot_file *plot)
{
    yaml_node_t *node = required(file, "vms"), *item;
    unsigned long number;

    if (!node || (plot->vms_count = yaml_file_sequence(file, node, "vms", PLOT_LIST_MAX)) < 0)
        return -1;
    for (int i = 0; (item = yaml_file_item(file, node, (size_t)i)); i++) {
        if (yaml_file_number(file, item, "vms", 1, 10000, &number) < 0)
            return -1;
        plot->vms[i] = (unsigned)number;
    }
    return 0;
}

static int read_measure(struct yaml_file *file, struct plot_file *plot)
{
    yaml_node_t *node = yaml_file_get(file, yaml_file_root(file), "measure");

    if (!node)
        return 0;
    int choice = yaml_file_choice(file, node, "measure", measure_names);
    plot->measure = (enum measure)choice;
    return choice < 0 ? -1 : 0;
}

static int read_all(struct yaml_file *file, struct plot_file *plot)
{
    yaml_node_t *node;

    if (!(node = required(file, "name")) || read_name(file, node, "name", plot->name) < 0)
        return -1;
    if (!(node = required(file, "title")) ||
        yaml_file_text(file, node, "title", plot->title, sizeof(plot->title)) < 0)
        return -1;
    if (read_names(file, "networks", plot->networks, &plot->network_count) < 0 ||
        read_names(file, "drivers", plot->drivers, &plot->driver_count) < 0 || read_vms(file, plot) < 0 ||
        read_names(file, "operation-modes", plot->modes, &plot->mode_count) < 0 ||
        read_names(file, "tests", plot->tests, &plot->test_count) < 0)
        return -1;
    return read_measure(file, plot);
}

int plot_file_read(struct plot_file *plot, const char *path)
{
    struct yaml_file file;

    memset(plot, 0, sizeof(*plot));
    if (yaml_file_open(&file, path, known_keys, name_report) < 0)
        return -1;
    int result = read_all(&file, plot);
    yaml_file_close(&file);
    return result;
}
