/* An interface of the fake vmnet and what is behind it, for the tests of interface_vmnet.c and its
 * companions. What the settings (environment variables) mean is told in fake/fake.h. */
#ifndef MACOS_SCENE_H
#define MACOS_SCENE_H

#include "helper/interface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

struct scene {
    int network; /* our end of what is behind vmnet */
    int inside;
    struct interface_config config;
    struct interface_info info;
    struct interface *interface;
    struct batch batch;
    struct gather_list gathers;
    char log[4096]; /* what was logged while it was captured */
};

/* Setup and teardown of each test; no setting outlives it. */
int make_scene(void **state);
int drop_scene(void **state);
#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

/* Between the two stderr goes to scene->log. */
int capture_begin(FILE **file);
void capture_end(struct scene *scene, FILE *file, int saved);
void assert_log(const struct scene *scene, const char *text);

/* Start the interface; well: or fail, badly: it must not start and say this. */
void start(struct scene *scene);
void start_well(struct scene *scene);
void start_badly(struct scene *scene, const char *text);

/* From the network: frame i is filled with i. */
void send_frames(struct scene *scene, unsigned count, size_t length);

/* Read until so many frames came; each is filled with its number, from first on. */
void expect_frames(struct scene *scene, unsigned first, unsigned count, size_t length);

#endif
