#include "helper/pcap.h"
#include "common/log.h"
#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RING_SIZE (4UL * 1024 * 1024) /* a power of two */
#define CHUNK_MAX (256UL * 1024)      /* bytes of one write */

enum {
    WAIT_MS = 100,   /* how often a pipe that is full is looked at */
    LEAVE_SECONDS = 1, /* how long the end waits for a pipe that is full */
};

/* The file's header (pcap-savefile(5)): in the byte order of the writer, nanoseconds. */
struct pcap_header {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t zone, accuracy, snap_length, link_type;
};

struct record_header {
    uint32_t seconds, nanoseconds, captured, length;
};

struct pcap {
    int fd;
    bool own;     /* opened here: to be closed, and cut behind the last whole record */
    bool regular; /* a file, which never makes a writer wait for a reader */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t news;
    uint8_t *ring;
    uint64_t head, tail; /* bytes put in, bytes written: only ever grow */
    uint64_t missing;    /* frames that found no room */
    bool stopping;
    atomic_bool failed;
    /* The writer's own: where the record that it is in begins and ends. */
    uint64_t record_start, record_end;
};

/* ---- The ring ---- */

static void put(struct pcap *pcap, const void *data, size_t size)
{
    size_t at = pcap->head & (RING_SIZE - 1);
    size_t first = size < RING_SIZE - at ? size : RING_SIZE - at;

    memcpy(pcap->ring + at, data, first);
    memcpy(pcap->ring, (const uint8_t *)data + first, size - first);
    pcap->head += size;
}

static void get(const struct pcap *pcap, uint64_t from, void *data, size_t size)
{
    size_t at = from & (RING_SIZE - 1);
    size_t first = size < RING_SIZE - at ? size : RING_SIZE - at;

    memcpy(data, pcap->ring + at, first);
    memcpy((uint8_t *)data + first, pcap->ring, size - first);
}

static void put_frame(struct pcap *pcap, const struct frame *frame, const struct timespec *now)
{
    const struct record_header header = {(uint32_t)now->tv_sec, (uint32_t)now->tv_nsec, frame->length, frame->length};

    if (frame->length < FRAME_HEADER || frame->length > FRAME_MAX)
        return;
    if (RING_SIZE - (pcap->head - pcap->tail) < sizeof(header) + frame->length) {
        pcap->missing++;
        return;
    }
    put(pcap, &header, sizeof(header));
    put(pcap, frame->data, frame->length);
}

void pcap_add(struct pcap *pcap, const struct batch *batch)
{
    struct timespec now;

    if (!batch->count || atomic_load_explicit(&pcap->failed, memory_order_relaxed))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&pcap->lock);
    for (unsigned i = 0; i < batch->count; i++)
        put_frame(pcap, &batch->frames[i], &now);
    pthread_cond_signal(&pcap->news);
    pthread_mutex_unlock(&pcap->lock);
}

/* ---- The writer ---- */

/* A pipe that has room takes PIPE_BUF bytes at once (pipe(7)). O_NONBLOCK would be set for everybody who
 * shares the descriptor. Returns the bytes, 0 for none yet, or -1 with errno. */
static ssize_t write_to_reader(const struct pcap *pcap, const uint8_t *data, size_t size)
{
    struct pollfd room = {.fd = pcap->fd, .events = POLLOUT};

    if (poll(&room, 1, WAIT_MS) <= 0)
        return 0;
    ssize_t written = send(pcap->fd, data, size, MSG_DONTWAIT);
    if (written < 0 && errno == ENOTSOCK)
        written = write(pcap->fd, data, size < PIPE_BUF ? size : PIPE_BUF);
    return written;
}

static ssize_t write_some(const struct pcap *pcap, const uint8_t *data, size_t size)
{
    ssize_t written = pcap->regular ? write(pcap->fd, data, size) : write_to_reader(pcap, data, size);

    return written < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : written;
}

/* Follow the records that the first size bytes behind the tail complete. */
static void follow(struct pcap *pcap, size_t size)
{
    struct record_header header;

    while (pcap->record_end < pcap->tail + size) {
        get(pcap, pcap->record_end, &header, sizeof(header));
        pcap->record_start = pcap->record_end;
        pcap->record_end += sizeof(header) + header.captured;
    }
}

static void fail(struct pcap *pcap)
{
    log_error("pcap", "the capture ends here, forwarding goes on: %s", strerror(errno));
    atomic_store(&pcap->failed, true);
    if (pcap->own && pcap->tail != pcap->record_end && ftruncate(pcap->fd, (off_t)pcap->record_start) < 0)
        log_debug("pcap", "its last packet is cut: %s", strerror(errno));
}

/* Wait for something to write. Returns its size, or 0 at the end. */
static size_t wait_for_data(struct pcap *pcap)
{
    while (pcap->head == pcap->tail && !pcap->stopping)
        pthread_cond_wait(&pcap->news, &pcap->lock);
    size_t waiting = pcap->head - pcap->tail, at = pcap->tail & (RING_SIZE - 1);
    size_t size = waiting < RING_SIZE - at ? waiting : RING_SIZE - at;
    return size < CHUNK_MAX ? size : CHUNK_MAX;
}

static void *write_all(void *argument)
{
    struct pcap *pcap = argument;
    double end = 0;
    size_t size;

    pthread_mutex_lock(&pcap->lock);
    while ((size = wait_for_data(pcap)) > 0) {
        if (pcap->stopping && end == 0)
            end = process_clock() + LEAVE_SECONDS;
        if (end != 0 && process_clock() > end)
            break;
        pthread_mutex_unlock(&pcap->lock);
        ssize_t written = write_some(pcap, pcap->ring + (pcap->tail & (RING_SIZE - 1)), size);
        if (written < 0) {
            fail(pcap);
            return NULL;
        }
        follow(pcap, (size_t)written);
        pthread_mutex_lock(&pcap->lock);
        pcap->tail += (size_t)written;
    }
    pthread_mutex_unlock(&pcap->lock);
    return NULL;
}

/* ---- Life ---- */

static struct pcap *create(int fd, bool own)
{
    const struct pcap_header header = {
        .magic = 0xa1b23c4d, .major = 2, .minor = 4, .snap_length = FRAME_MAX, .link_type = 1,
    };
    struct pcap *pcap = calloc(1, sizeof(*pcap));
    struct stat status;
    void *ring = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

    if (!pcap || ring == MAP_FAILED) {
        log_error("pcap", "not enough memory to capture");
        free(pcap);
        if (ring != MAP_FAILED)
            munmap(ring, RING_SIZE);
        return NULL;
    }
    pcap->fd = fd;
    pcap->own = own;
    pcap->regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    pcap->ring = ring;
    pthread_mutex_init(&pcap->lock, NULL);
    pthread_cond_init(&pcap->news, NULL);
    put(pcap, &header, sizeof(header));
    pcap->record_end = sizeof(header);
    return pcap;
}

struct pcap *pcap_open_fd(int fd)
{
    return create(fd, false);
}

struct pcap *pcap_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

    if (fd < 0) {
        log_error("pcap", "cannot write \"%s\" as user %lu: %s: choose another --pcap", path, (unsigned long)geteuid(),
                  errno == ELOOP ? "it is a symbolic link" : strerror(errno));
        return NULL;
    }
    struct pcap *pcap = create(fd, true);
    if (!pcap)
        close(fd);
    return pcap;
}

int pcap_start(struct pcap *pcap)
{
    int error = pthread_create(&pcap->thread, NULL, write_all, pcap);

    if (error) {
        log_error("pcap", "cannot start a thread: %s", strerror(error));
        return -1;
    }
    pcap->started = true;
    return 0;
}

void pcap_close(struct pcap *pcap)
{
    if (!pcap)
        return;
    pthread_mutex_lock(&pcap->lock);
    pcap->stopping = true;
    pthread_cond_signal(&pcap->news);
    pthread_mutex_unlock(&pcap->lock);
    if (pcap->started)
        pthread_join(pcap->thread, NULL);
    if (pcap->missing)
        log_warn("pcap", "%llu packets are missing in the capture: writing was too slow",
                 (unsigned long long)pcap->missing);
    if (pcap->own)
        close(pcap->fd);
    pthread_cond_destroy(&pcap->news);
    pthread_mutex_destroy(&pcap->lock);
    munmap(pcap->ring, RING_SIZE);
    free(pcap);
}
