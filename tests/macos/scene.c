#include "scene.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const settings[] = {"FAKE_MACOS",       "FAKE_VMNET_FD",    "FAKE_VMNET_START", "FAKE_VMNET_EVENTS",
                                       "FAKE_VMNET_READ",  "FAKE_VMNET_WRITE", "FAKE_VMNET_STOP",  "FAKE_VMNET_LIST",
                                       "FAKE_BROKER"};

int make_scene(void **state)
{
    static struct scene scene;
    int ends[2], large = 4 * 1024 * 1024;
    char number[16];

    memset(&scene, 0, sizeof(scene));
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0 || batch_create(&scene.batch) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &large, sizeof(large));
    scene.network = ends[0];
    scene.inside = ends[1];
    snprintf(number, sizeof(number), "%d", ends[1]);
    setenv("FAKE_VMNET_FD", number, 1);
    memcpy(scene.config.id, "\x28\x35\xe0\x74\x98\x92\x4a\x79\xaf\xfb\x7e\x41\xd2\x60\x56\x78", ID_SIZE);
    *state = &scene;
    return 0;
}

int drop_scene(void **state)
{
    struct scene *scene = *state;

    if (scene->interface)
        interface_stop(scene->interface);
    close(scene->network);
    close(scene->inside);
    batch_destroy(&scene->batch);
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        unsetenv(settings[i]);
    return 0;
}

int capture_begin(FILE **file)
{
    int saved = dup(STDERR_FILENO);

    *file = tmpfile();
    assert_non_null(*file);
    dup2(fileno(*file), STDERR_FILENO);
    return saved;
}

void capture_end(struct scene *scene, FILE *file, int saved)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    scene->log[fread(scene->log, 1, sizeof(scene->log) - 1, file)] = '\0';
    fclose(file);
}

void start(struct scene *scene)
{
    FILE *file;
    int saved = capture_begin(&file);

    scene->interface = interface_start(&scene->config, &scene->info);
    capture_end(scene, file, saved);
}

void start_well(struct scene *scene)
{
    start(scene);
    if (!scene->interface)
        fail_msg("%s", scene->log);
}

void assert_log(const struct scene *scene, const char *text)
{
    if (!strstr(scene->log, text))
        fail_msg("no \"%s\" in: %s", text, scene->log);
}

void start_badly(struct scene *scene, const char *text)
{
    start(scene);
    assert_null(scene->interface);
    assert_log(scene, text);
}

void send_frames(struct scene *scene, unsigned count, size_t length)
{
    static uint8_t data[65536];

    for (unsigned i = 0; i < count; i++) {
        memset(data, (int)i, length);
        assert_int_equal(send(scene->network, data, length, 0), length);
    }
}

void expect_frames(struct scene *scene, unsigned first, unsigned count, size_t length)
{
    for (unsigned seen = first; seen < first + count;) {
        int read = interface_read(scene->interface, &scene->batch, 10000);
        assert_true(read > 0);
        assert_int_equal(read, scene->batch.count);
        for (int i = 0; i < read; i++, seen++) {
            assert_int_equal(scene->batch.frames[i].length, length);
            assert_int_equal(scene->batch.frames[i].data[0], seen & 0xff);
            assert_int_equal(scene->batch.frames[i].data[length - 1], seen & 0xff);
            assert_int_equal(scene->batch.frames[i].offload.flags, 0);
        }
    }
}
