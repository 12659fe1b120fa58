/* Recipes: how images are made from the distribution's packages.
 *
 * images/<name>/build OUT_DIR in the data folder leaves there kernel, initrd, cmdline, user,
 * description and, unless the guest lives in memory, disk.img. */
#ifndef HARNESS_RECIPE_H
#define HARNESS_RECIPE_H

#include <limits.h>

#define RECIPE_DIGEST_SIZE 32

struct recipe {
    char name[64];
    char build[PATH_MAX]; /* the program */
    char arch[16];        /* of the guest */
    /* Sixteen hexadecimal digits of all that the recipe says: another recipe, another image. With the
     * architecture after them where it is not this machine's. */
    char digest[RECIPE_DIGEST_SIZE];
};

/* Find a recipe by name, for a guest of this architecture. 0, or -1 after an error message. */
int recipe_find(struct recipe *recipe, const char *name, const char *arch);

/* Is there one of this name? */
int recipe_exists(const char *name);

/* The names of all recipes, sorted, each to be freed like the list itself; *count says how many. NULL
 * after an error message. */
char **recipe_names(int *count);

#endif
