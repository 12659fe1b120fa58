/* The sandbox from inside: each call is tried in a child of its own. */
#include "helper/sandbox.h"
#include "helper/stop.h"
#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/vh-sandbox.XXXXXX";
static int folder_fd;

static int enter_forwarder(void)
{
    return sandbox_enter(folder_fd);
}

static int enter_keeper(void)
{
    return sandbox_enter_keeper(folder);
}

/* Run the call in a sandbox. Returns its result as an exit status, or minus the signal that ended it. */
static int within(int (*enter)(void), int (*call)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        if (enter() < 0)
            _exit(99);
        _exit(call());
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int in_sandbox(int (*call)(void))
{
    return within(enter_forwarder, call);
}

static int in_keeper(int (*call)(void))
{
    return within(enter_keeper, call);
}

static int do_nothing(void)
{
    return 7;
}

static int open_file(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 && errno == ENOSYS ? 7 : 1;
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static int run_program(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}

static int start_process(void)
{
    return fork() >= 0;
}

static int end_another_process(void)
{
    return kill(getppid(), 0);
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int make_code(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0;
}

static int change_user(void)
{
    return setuid(getuid());
}

static void *thread(void *argument)
{
    return malloc(100000);
}

static int start_thread(void)
{
    pthread_t id;
    void *memory;

    if (pthread_create(&id, NULL, thread, NULL) != 0 || pthread_join(id, &memory) != 0 || !memory)
        return 1;
    free(memory);
    return 7;
}

static int remove_socket(void)
{
    return unlinkat(folder_fd, "socket", 0) == 0 ? 7 : errno;
}

/* A file beside the folder: only landlock can refuse that. */
static int remove_other_file(void)
{
    char path[64];

    strcpy(path, folder);
    strcat(path, ".other");
    return unlinkat(AT_FDCWD, path, 0) == 0 ? 7 : errno == EACCES ? 8 : 1;
}

static void what_forwarding_needs_is_allowed(void **state)
{
    assert_int_equal(in_sandbox(do_nothing), 7);
    assert_int_equal(in_sandbox(start_thread), 7);
}

static void files_cannot_be_opened(void **state)
{
    assert_int_equal(in_sandbox(open_file), 7);
}

static void what_nobody_needs_ends_the_process(void **state)
{
    assert_int_equal(in_sandbox(make_socket), -SIGSYS);
    assert_int_equal(in_sandbox(run_program), -SIGSYS);
    assert_int_equal(in_sandbox(start_process), -SIGSYS);
    assert_int_equal(in_sandbox(end_another_process), -SIGSYS);
    assert_int_equal(in_sandbox(map_code), -SIGSYS);
    assert_int_equal(in_sandbox(make_code), -SIGSYS);
    assert_int_equal(in_sandbox(change_user), -SIGSYS);
}

static void the_socket_can_be_removed(void **state)
{
    int fd = openat(folder_fd, "socket", O_CREAT | O_WRONLY, 0600);

    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(in_sandbox(remove_socket), 7);
    assert_int_equal(faccessat(folder_fd, "socket", F_OK, 0), -1);
}

static void no_other_file_can_be_removed(void **state)
{
    char path[64];

    /* Old kernels have no landlock. */
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        skip();
    strcpy(path, folder);
    strcat(path, ".other");
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(in_sandbox(remove_other_file), 8);
    assert_int_equal(unlink(path), 0);
}

/* ---- The keeper's ---- */

static int wait_for_child(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(3);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3 ? 7 : 1;
}

static int speak_netlink(void)
{
    int link = socket(AF_NETLINK, SOCK_RAW, 0), local = socket(AF_UNIX, SOCK_STREAM, 0);

    return link >= 0 && local >= 0 && read(open("/proc/sys/net/ipv4/ip_forward", O_RDONLY), &(char){0}, 1) == 1 ? 7 : 1;
}

static int write_state(void)
{
    int state = open(folder, O_RDONLY | O_DIRECTORY);
    int fd = openat(state, "member", O_WRONLY | O_CREAT | O_TRUNC, 0600);

    return fd >= 0 && write(fd, "1", 1) == 1 && unlinkat(state, "member", 0) == 0 ? 7 : 1;
}

static int wait_for_a_lock(void)
{
    return !stop_is_pending() && usleep(1000) == 0 ? 7 : 1;
}

static int write_elsewhere(void)
{
    char path[64];

    strcpy(path, folder);
    strcat(path, ".other");
    return open(path, O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES ? 8 : 1;
}

static int open_raw_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static int trace(void)
{
    return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static int mount_something(void)
{
    return (int)syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL);
}

static int enter_namespace(void)
{
    return (int)syscall(SYS_setns, 0, 0);
}

static int make_namespace(void)
{
    return (int)syscall(SYS_clone, 0x10000000 | SIGCHLD, NULL, NULL, NULL, NULL);
}

static int load_module(void)
{
    return (int)syscall(SYS_init_module, NULL, 0, "");
}

static int change_owner(void)
{
    return fchownat(AT_FDCWD, folder, 0, 0, 0);
}

static int change_mode(void)
{
    return fchmodat(AT_FDCWD, folder, 04755, 0);
}

static int map_code_of_a_library(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EACCES
        ? 7 : 1;
}

static void what_cleaning_up_needs_is_allowed(void **state)
{
    assert_int_equal(in_keeper(do_nothing), 7);
    assert_int_equal(in_keeper(wait_for_child), 7);
    assert_int_equal(in_keeper(speak_netlink), 7);
    assert_int_equal(in_keeper(write_state), 7);
    assert_int_equal(in_keeper(wait_for_a_lock), 7);
}

static void what_the_keeper_does_not_need_ends_it(void **state)
{
    assert_int_equal(in_keeper(run_program), -SIGSYS);
    assert_int_equal(in_keeper(make_socket), -SIGSYS);
    assert_int_equal(in_keeper(open_raw_socket), -SIGSYS);
    assert_int_equal(in_keeper(end_another_process), -SIGSYS);
    assert_int_equal(in_keeper(trace), -SIGSYS);
    assert_int_equal(in_keeper(mount_something), -SIGSYS);
    assert_int_equal(in_keeper(enter_namespace), -SIGSYS);
    assert_int_equal(in_keeper(make_namespace), -SIGSYS);
    assert_int_equal(in_keeper(load_module), -SIGSYS);
    assert_int_equal(in_keeper(change_owner), -SIGSYS);
    assert_int_equal(in_keeper(change_mode), -SIGSYS);
    assert_int_equal(in_keeper(change_user), -SIGSYS);
    assert_int_equal(in_keeper(make_code), -SIGSYS);
    assert_int_equal(in_keeper(map_code_of_a_library), 7);
}

static void the_keeper_writes_to_its_state_only(void **state)
{
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        skip();
    assert_int_equal(in_keeper(write_elsewhere), 8);
}

static int make_folder(void **state)
{
    folder_fd = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY) : -1;
    return folder_fd < 0;
}

static int remove_folder(void **state)
{
    close(folder_fd);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_forwarding_needs_is_allowed),
        cmocka_unit_test(files_cannot_be_opened),
        cmocka_unit_test(what_nobody_needs_ends_the_process),
        cmocka_unit_test(the_socket_can_be_removed),
        cmocka_unit_test(no_other_file_can_be_removed),
        cmocka_unit_test(what_cleaning_up_needs_is_allowed),
        cmocka_unit_test(what_the_keeper_does_not_need_ends_it),
        cmocka_unit_test(the_keeper_writes_to_its_state_only),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
