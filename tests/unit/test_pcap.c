/* The file that a capture makes, read back. */
#include "unit/unit.h"

#include "helper/pcap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char path[] = "/tmp/vh-pcap.XXXXXX";
static struct batch batch;

static int begin(void **state)
{
    int fd = mkstemp(path);

    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : batch_create(&batch);
}

static int finish(void **state)
{
    batch_destroy(&batch);
    unlink(path);
    strcpy(path + strlen(path) - 6, "XXXXXX");
    return 0;
}

static void add(struct pcap *pcap, uint32_t length, uint8_t byte)
{
    batch.count = 1;
    batch.frames[0].length = length;
    memset(batch.frames[0].data, byte, length < FRAME_MAX ? length : FRAME_MAX);
    pcap_add(pcap, &batch);
}

struct file {
    uint8_t *data;
    size_t size, at;
};

static void file_open(struct file *file)
{
    struct stat status;
    int fd = open(path, O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    *file = (struct file){.data = malloc((size_t)status.st_size + 1), .size = (size_t)status.st_size};
    assert_int_equal(read(fd, file->data, file->size), (ssize_t)file->size);
    close(fd);
}

static uint32_t file_number(struct file *file)
{
    uint32_t number;

    assert_true(file->size - file->at >= sizeof(number));
    memcpy(&number, file->data + file->at, sizeof(number));
    file->at += sizeof(number);
    return number;
}

static void file_check_header(struct file *file)
{
    assert_int_equal(file_number(file), 0xa1b23c4d);
    assert_int_equal(file_number(file), 0x00040002);
    assert_int_equal(file_number(file), 0);
    assert_int_equal(file_number(file), 0);
    assert_int_equal(file_number(file), FRAME_MAX);
    assert_int_equal(file_number(file), 1);
}

static void file_check_record(struct file *file, uint32_t length, uint8_t byte)
{
    assert_true(labs((long)file_number(file) - (long)time(NULL)) < 1000);
    assert_true(file_number(file) < 1000000000);
    assert_int_equal(file_number(file), length);
    assert_int_equal(file_number(file), length);
    assert_true(file->size - file->at >= length);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(file->data[file->at + i], byte);
    file->at += length;
}

static void frames_are_in_the_file(void **state)
{
    struct file file;
    struct pcap *pcap = pcap_open(path);

    assert_non_null(pcap);
    assert_int_equal(pcap_start(pcap), 0);
    add(pcap, 60, 1);
    add(pcap, FRAME_HEADER, 2);
    add(pcap, FRAME_MAX, 3);
    /* None of these is a frame. */
    add(pcap, 0, 4);
    add(pcap, FRAME_HEADER - 1, 4);
    add(pcap, FRAME_MAX + 1, 4);
    add(pcap, UINT32_MAX, 4);
    add(pcap, 1514, 5);
    pcap_close(pcap);

    file_open(&file);
    file_check_header(&file);
    file_check_record(&file, 60, 1);
    file_check_record(&file, FRAME_HEADER, 2);
    file_check_record(&file, FRAME_MAX, 3);
    file_check_record(&file, 1514, 5);
    assert_int_equal(file.at, file.size);
    free(file.data);
}

static void what_was_in_the_file_before_is_gone(void **state)
{
    struct file file;
    int fd = open(path, O_WRONLY);

    assert_int_equal(write(fd, "something longer than the header of a capture", 45), 45);
    close(fd);
    struct pcap *pcap = pcap_open(path);
    assert_int_equal(pcap_start(pcap), 0);
    pcap_close(pcap);
    file_open(&file);
    file_check_header(&file);
    assert_int_equal(file.at, file.size);
    free(file.data);
}

/* More than the ring holds: some may be missing, but what is there is whole and in order. */
static void a_flood_leaves_whole_records(void **state)
{
    struct file file;
    struct pcap *pcap = pcap_open(path);
    unsigned seen = 0;
    uint8_t last = 0;

    assert_int_equal(pcap_start(pcap), 0);
    for (int i = 0; i < 400; i++)
        add(pcap, FRAME_MAX - (uint32_t)i, (uint8_t)(i / 2));
    pcap_close(pcap);
    file_open(&file);
    file_check_header(&file);
    while (file.at < file.size) {
        uint32_t length;
        memcpy(&length, file.data + file.at + 8, sizeof(length));
        uint8_t byte = file.data[file.at + 16];
        assert_true(byte >= last);
        file_check_record(&file, length, byte);
        last = byte;
        seen++;
    }
    assert_true(seen > 0 && seen <= 400);
    free(file.data);
}

static void a_full_file_ends_behind_a_whole_record(void **state)
{
    struct file file;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        const struct rlimit limit = {10000, 10000};
        struct pcap *pcap = pcap_open(path);
        signal(SIGXFSZ, SIG_IGN);
        if (!pcap || setrlimit(RLIMIT_FSIZE, &limit) < 0 || pcap_start(pcap) < 0)
            _exit(1);
        for (int i = 0; i < 20; i++)
            add(pcap, 1500, (uint8_t)i);
        pcap_close(pcap);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    file_open(&file);
    file_check_header(&file);
    for (uint8_t i = 0; i < 6; i++)
        file_check_record(&file, 1500, i);
    assert_int_equal(file.at, file.size);
    free(file.data);
}

/* Nobody reads the pipe: neither the forwarding nor the end waits for it. */
static void a_full_pipe_holds_nobody_up(void **state)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    struct pcap *pcap = pcap_open_fd(ends[1]);
    assert_int_equal(pcap_start(pcap), 0);
    for (int i = 0; i < 200; i++)
        add(pcap, FRAME_MAX, 1);
    pcap_close(pcap);
    /* The descriptor is the caller's. */
    assert_int_equal(close(ends[1]), 0);
    close(ends[0]);
}

static void a_reader_that_is_gone_ends_the_capture(void **state)
{
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    struct pcap *pcap = pcap_open_fd(ends[1]);
    assert_int_equal(pcap_start(pcap), 0);
    add(pcap, 60, 1);
    pcap_close(pcap);
    close(ends[1]);
}

static void what_cannot_be_opened(void **state)
{
    char link[64];

    assert_null(pcap_open("/tmp"));
    assert_null(pcap_open("/nowhere/at/all"));
    snprintf(link, sizeof(link), "%s.link", path);
    assert_int_equal(symlink(path, link), 0);
    assert_null(pcap_open(link));
    unlink(link);
}

#define PCAP_TEST(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PCAP_TEST(frames_are_in_the_file),
        PCAP_TEST(what_was_in_the_file_before_is_gone),
        PCAP_TEST(a_flood_leaves_whole_records),
        PCAP_TEST(a_full_file_ends_behind_a_whole_record),
        PCAP_TEST(a_full_pipe_holds_nobody_up),
        PCAP_TEST(a_reader_that_is_gone_ends_the_capture),
        PCAP_TEST(what_cannot_be_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
