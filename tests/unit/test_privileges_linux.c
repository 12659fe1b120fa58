/* What was given up is tried: each attempt in a child of its own that has dropped its privileges as the helper does. */
#include "helper/privileges.h"
#include "helper/start.h"
#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 7, USER = 4242, GROUP = 4243 };

static char folder[] = "/tmp/vh-privileges.XXXXXX";

static int status_of(pid_t pid)
{
    int status;

    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void become_helper(void)
{
    const struct identity identity = {USER, GROUP};
    const gid_t groups[] = {0, 1, 27};

    if (setgroups(3, groups) < 0 || privileges_drop(&identity) < 0)
        _exit(99);
}

static void need_root(void)
{
    if (getuid() != 0)
        skip();
}

static int after_drop(int (*attempt)(void))
{
    need_root();
    pid_t pid = fork();

    if (pid == 0) {
        become_helper();
        _exit(attempt());
    }
    return status_of(pid);
}

static int refused(bool is)
{
    return is ? REFUSED : 1;
}

static int take_root_back(void)
{
    return refused(setuid(0) < 0 && seteuid(0) < 0 && setresuid(0, 0, 0) < 0 && setreuid((uid_t)-1, 0) < 0);
}

static int take_group_back(void)
{
    return refused(setgid(0) < 0 && setegid(0) < 0 && setresgid(0, 0, 0) < 0);
}

static int take_groups_back(void)
{
    const gid_t root = 0;

    return refused(getgroups(0, NULL) == 0 && setgroups(1, &root) < 0);
}

static int read_what_a_group_may(void)
{
    return refused(open("group", O_RDONLY) < 0 && errno == EACCES);
}

static int read_what_root_may(void)
{
    return refused(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES);
}

static int open_a_raw_socket(void)
{
    return refused(socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == EPERM);
}

static int change_an_interface(void)
{
    struct ifreq request = {.ifr_flags = IFF_UP, .ifr_name = "lo"};

    return refused(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request) < 0 && errno == EPERM);
}

static int raise_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct all[2];

    memset(all, 0xff, sizeof(all));
    bool permitted = syscall(SYS_capset, &header, all) < 0;
    memset(all, 0, sizeof(all));
    all[0].inheritable = 1u << CAP_NET_ADMIN;
    bool inheritable = syscall(SYS_capset, &header, all) < 0;
    bool ambient = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) < 0;
    bool bounding = prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0) == 0;
    return refused(permitted && inheritable && ambient && bounding);
}

static int unset_no_new_privileges(void)
{
    return refused(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) < 0);
}

/* "setuid" is this program, root's and setuid: it exits with its effective user (main). */
static int run_a_setuid_program(void)
{
    execl("./setuid", "setuid", "effective", (char *)NULL);
    return 98;
}

static int read_own_memory(void)
{
    return refused(open("/proc/self/mem", O_RDONLY) < 0 && errno == EACCES);
}

static int leave_a_core(void)
{
    const struct rlimit some = {1 << 20, 1 << 20};

    if (setrlimit(RLIMIT_CORE, &some) == 0)
        return 1;
    raise(SIGSEGV);
    return 2;
}

static void what_was_given_up_cannot_be_had_again(void **state)
{
    assert_int_equal(after_drop(take_root_back), REFUSED);
    assert_int_equal(after_drop(take_group_back), REFUSED);
    assert_int_equal(after_drop(take_groups_back), REFUSED);
    assert_int_equal(after_drop(raise_capabilities), REFUSED);
    assert_int_equal(after_drop(unset_no_new_privileges), REFUSED);
}

static void what_only_root_may_is_refused(void **state)
{
    assert_int_equal(after_drop(read_what_root_may), REFUSED);
    assert_int_equal(after_drop(read_what_a_group_may), REFUSED);
    assert_int_equal(after_drop(open_a_raw_socket), REFUSED);
    assert_int_equal(after_drop(change_an_interface), REFUSED);
}

static void a_setuid_program_gains_nothing(void **state)
{
    need_root();
    pid_t pid = fork();

    /* It would, without no_new_privs; not where the folder's file system is nosuid. */
    if (pid == 0)
        _exit(setresuid(USER, USER, USER) < 0 ? 97 : run_a_setuid_program());
    if (status_of(pid) != 1)
        skip();
    assert_int_equal(after_drop(run_a_setuid_program), 2);
}

/* Somebody who is the same user looks into the helper. */
static void the_same_user_cannot_look_into_it(void **state)
{
    int ready[2];
    char byte;

    need_root();
    assert_int_equal(pipe(ready), 0);
    pid_t helper = fork();
    if (helper == 0) {
        become_helper();
        if (write(ready[1], "", 1) == 1)
            pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    pid_t other = fork();
    if (other == 0) {
        if (setgroups(0, NULL) < 0 || setresgid(GROUP, GROUP, GROUP) < 0 || setresuid(USER, USER, USER) < 0)
            _exit(99);
        _exit(refused(ptrace(PTRACE_ATTACH, helper, NULL, NULL) < 0 && errno == EPERM));
    }
    assert_int_equal(status_of(other), REFUSED);
    kill(helper, SIGKILL);
    status_of(helper);
    close(ready[0]);
    close(ready[1]);
    assert_int_equal(after_drop(read_own_memory), REFUSED);
}

static void it_leaves_no_core(void **state)
{
    int status;

    need_root();
    pid_t pid = fork();
    if (pid == 0) {
        become_helper();
        signal(SIGSEGV, SIG_DFL); /* of the test's frame, or a sanitizer's */
        _exit(leave_a_core());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV && !WCOREDUMP(status));
}

static int start_with_hostile_environment(void)
{
    struct caller caller;

    setenv("LD_PRELOAD", "/tmp/evil.so", 1);
    setenv("IFS", "x", 1);
    setenv("PATH", "/tmp", 1);
    setenv("MALLOC_CHECK_", "3", 1);
    setenv("SUDO_UID", "4242", 1);
    if (start_clean(&caller) < 0)
        return 1;
    bool clean = !getenv("LD_PRELOAD") && !getenv("IFS") && !getenv("MALLOC_CHECK_") && !getenv("SUDO_UID") &&
                 strcmp(getenv("PATH"), "/usr/sbin:/usr/bin:/sbin:/bin") == 0;
    return refused(clean && strcmp(caller.sudo_uid, "4242") == 0);
}

static int make_a_file_for_all(void)
{
    struct caller caller;
    struct stat info;

    umask(0);
    if (start_clean(&caller) < 0)
        return 1;
    int fd = open("made", O_CREAT | O_WRONLY, 0666);
    return refused(fd >= 0 && fstat(fd, &info) == 0 && unlink("made") == 0 && (info.st_mode & 0777) == 0600);
}

static int in_child(int (*attempt)(void))
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(attempt());
    return status_of(pid);
}

static void nothing_of_the_callers_environment_is_left(void **state)
{
    assert_int_equal(in_child(start_with_hostile_environment), REFUSED);
}

static void files_are_for_nobody_else(void **state)
{
    assert_int_equal(in_child(make_a_file_for_all), REFUSED);
}

static int copy_self(const char *path)
{
    char data[4096];
    ssize_t count;
    int from = open("/proc/self/exe", O_RDONLY), to = open(path, O_CREAT | O_WRONLY, 0755);

    while ((count = read(from, data, sizeof(data))) > 0)
        if (write(to, data, (size_t)count) != count)
            return -1;
    close(from);
    return fchmod(to, 04755) < 0 || close(to) < 0 ? -1 : 0;
}

static int make_folder(void **state)
{
    int fd;

    return !mkdtemp(folder) || chmod(folder, 0755) < 0 || chdir(folder) < 0 || copy_self("setuid") < 0 ||
           (fd = open("group", O_CREAT | O_WRONLY, 0640)) < 0 || (getuid() == 0 && fchown(fd, 0, 27) < 0) || close(fd) < 0;
}

static int remove_folder(void **state)
{
    unlink("setuid");
    unlink("group");
    return chdir("/") < 0 || rmdir(folder) < 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_given_up_cannot_be_had_again),
        cmocka_unit_test(what_only_root_may_is_refused),
        cmocka_unit_test(a_setuid_program_gains_nothing),
        cmocka_unit_test(the_same_user_cannot_look_into_it),
        cmocka_unit_test(it_leaves_no_core),
        cmocka_unit_test(nothing_of_the_callers_environment_is_left),
        cmocka_unit_test(files_are_for_nobody_else),
    };

    if (argc == 2 && strcmp(argv[1], "effective") == 0)
        return geteuid() == 0 ? 1 : 2;
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
