/* Is KVM to be trusted?
 *
 * /dev/kvm may be there, open, make a VM, and still not run an ordinary kernel: where the processor
 * has no virtualization, some hosts run paravirtual guests only (module kvm_pvm). For any other
 * guest KVM then emulates instruction by instruction, a thousand times too slow, until it meets one
 * that it cannot; QEMU seems to hang after the firmware's first lines. So nothing is believed: a
 * child process makes a VM and has it take every kernel's way up, from real mode to long mode, then
 * count to twenty million. A processor needs ten milliseconds for that, the emulation ten seconds.
 * The child is killed at the limit: a KVM_RUN that hangs, hangs only the child. */
#include "harness/accelerator.h"
#include "harness/kvm_probe.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const double LIMIT = 0.7; /* seconds: generous for a busy machine */

enum accelerator accelerator_find(char *reason, size_t size)
{
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (fd < 0) {
        text_format(reason, size, errno == ENOENT ? "there is no /dev/kvm" : "/dev/kvm: %s", strerror(errno));
        return ACCELERATOR_TCG;
    }
    pid_t pid = fork();
    if (pid == 0)
        _exit(kvm_probe(fd));
    close(fd);
    int status = pid < 0 ? -1 : process_wait(pid, LIMIT);
    if (pid > 0 && status < 0 && errno == ETIMEDOUT) {
        kill(pid, SIGKILL);
        process_wait(pid, 1);
        text_copy(reason, size, "/dev/kvm opens, but runs a test guest a thousand times too slowly: "
                                "no hardware virtualization");
    } else if (status == 0) {
        text_copy(reason, size, "a test guest ran in /dev/kvm");
        return ACCELERATOR_KVM;
    } else {
        text_format(reason, size, "/dev/kvm opens, but does not run a guest (%s)", kvm_probe_step(status));
    }
    return ACCELERATOR_TCG;
}
